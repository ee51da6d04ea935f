"""Examine generated code: ``uv run python tests/exam/run.py FILE.json ... [--json]``.

A FILE is a Figma file, a nodes response or a bare node. The last line is one JSON object; the exit
code is 1 if a row fails, 2 if something the exam needs is missing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import browser_rows
import elastic_rows
import flow_rows
import rows
import style_rows
import token_rows
import variant_rows
from figma_truth import read
from generation import generate, write
from toolchain import Missing, ensure


def examine(path: Path, keep: Path | None, quick: bool) -> list[rows.Row]:
    """All rows of one document."""
    modules = ensure()
    body = read_document(path)
    truth = read(body)
    made = generate(body, node_ids=True)
    with tempfile.TemporaryDirectory(prefix="interlock-exam-") as temporary:
        folder = (keep / path.stem) if keep else Path(temporary) / "package"
        folder.mkdir(parents=True)
        write(made, folder, modules)
        sound = [rows.types(folder), rows.lint(folder)]
        try:
            markup = rows.render(folder)
        except rows.Broken as broken:
            return [*sound, rows.Row("content", 0, False, [str(broken)])]
        found = [
            *sound,
            rows.content(truth, markup, made),
            token_rows.tokens(truth, markup, made.references, made.files["theme.css"]),
            variant_rows.props(truth, made),
            rows.determinism(body, made),
        ]
        if quick:
            return found
        measured = browser_rows.measure(folder, truth)
        return [
            *found,
            flow_rows.no_trap(truth, measured),
            flow_rows.elastic_sizes(truth, measured),
            browser_rows.presence(truth, measured),
            browser_rows.geometry(truth, measured),
            style_rows.style(truth, measured),
            variant_rows.variants(truth, made, measured),
            variant_rows.states(truth, made, folder),
            browser_rows.axe(folder),
            *elastic_rows.rows(folder),
        ]


class NotADesign(Exception):
    """The file holds no Figma document."""


def read_document(path: Path) -> Any:
    """The file's JSON: a file, a nodes response or a bare node.

    Raises:
        NotADesign: it is something else.
    """
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotADesign(f"{path} cannot be read: {error}") from None
    if not isinstance(body, dict) or not {"document", "nodes", "type"} & body.keys():
        raise NotADesign(f"{path} is no Figma file, nodes response or node")
    return body


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--json", action="store_true", help="print nothing but the last line")
    parser.add_argument("--keep", type=Path, help="write the generated packages here")
    parser.add_argument("--quick", action="store_true", help="only the rows without a browser")
    options = parser.parse_args()
    result: dict[str, Any] = {}
    for path in options.files:
        try:
            found = examine(path, options.keep, options.quick)
        except Missing as missing:
            print(json.dumps({"passed": False, "missing": str(missing)}))
            return 2
        except NotADesign as unfit:
            print(json.dumps({"passed": False, "unfit": str(unfit)}))
            return 2
        result[path.name] = {row.name: asdict(row) for row in found}
        if not options.json:
            show(path, found)
    passed = all(row["passed"] for file in result.values() for row in file.values())
    print(json.dumps({"passed": passed, "files": result}))
    return 0 if passed else 1


def show(path: Path, found: list[rows.Row]) -> None:
    print(path.name)
    for row in found:
        print(f"  {'ok  ' if row.passed else 'FAIL'} {row.name:12} {row.figure}")
        for fault in row.faults:
            print(f"         {fault}")


if __name__ == "__main__":
    sys.exit(main())
