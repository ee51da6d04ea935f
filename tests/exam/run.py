"""Examine generated code: ``uv run python tests/exam/run.py FILE.json ... [--json]``.

A FILE is a Figma file, a nodes response or a bare node. The last line is one JSON object; the exit
code is 1 if a row fails, 2 if something the exam needs is missing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
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
from figma_truth import Truth, read
from generation import Generated, generate, write
from toolchain import Missing, ensure


@dataclass
class Paper:
    """One document on its way through the exam."""

    name: str
    body: Any
    truth: Truth
    made: Generated
    folder: Path
    rows: list[rows.Row]


def examine(paths: Sequence[Path], keep: Path | None, quick: bool) -> dict[str, list[rows.Row]]:
    """All rows of each document; compilers and browser are started once for all of them."""
    modules = ensure()
    with tempfile.TemporaryDirectory(prefix="interlock-exam-") as temporary:
        base = keep or Path(temporary)
        papers = [_prepared(path, base / stem, modules) for path, stem in _apart(paths)]
        rows.check([paper.folder for paper in papers])
        seconds = rows.again([paper.body for paper in papers])
        sound = [p for p, second in zip(papers, seconds, strict=True) if _unmeasured(p, second)]
        if sound and not quick:
            browser_rows.measure([paper.folder for paper in sound])
            for paper in sound:
                _measured(paper)
    return {paper.name: paper.rows for paper in papers}


def _prepared(path: Path, folder: Path, modules: Path) -> Paper:
    body = read_document(path)
    truth, made = read(body), generate(body, node_ids=True)
    folder.mkdir(parents=True)
    write(made, folder, modules)
    browser_rows.plan(folder, truth)
    return Paper(f"{folder.name}{path.suffix}", body, truth, made, folder, [])


def _apart(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Each path with its stem, numbered where another folder's file has the same."""
    seen: Counter[str] = Counter()
    for path in paths:
        seen[path.stem] += 1
        yield path, path.stem if seen[path.stem] == 1 else f"{path.stem}-{seen[path.stem]}"


def _unmeasured(paper: Paper, second: Mapping[str, str]) -> bool:
    """The rows without a browser; False if the code cannot be shown in one."""
    truth, made, folder = paper.truth, paper.made, paper.folder
    paper.rows += [rows.types(folder), rows.lint(folder), rows.determinism(second, made)]
    try:
        markup = rows.rendered(folder)
    except rows.Broken as broken:
        paper.rows.append(rows.Row("content", 0, False, [str(broken)]))
        return False
    paper.rows += [
        rows.content(truth, markup),
        token_rows.tokens(truth, markup, made.references, made.files["theme.css"]),
        variant_rows.props(truth, made),
    ]
    return True


def _measured(paper: Paper) -> None:
    truth, folder = paper.truth, paper.folder
    measured = browser_rows.measured(folder)
    paper.rows += [
        flow_rows.no_trap(truth, measured),
        flow_rows.elastic_sizes(truth, measured),
        browser_rows.presence(truth, measured),
        browser_rows.geometry(truth, measured),
        style_rows.style(truth, measured),
        variant_rows.variants(truth, paper.made, measured),
        variant_rows.states(truth, paper.made, folder),
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
    parser.add_argument(
        "--keep", type=Path, help="write the generated packages into new folders here"
    )
    parser.add_argument("--quick", action="store_true", help="only the rows without a browser")
    options = parser.parse_args()
    try:
        found = examine(options.files, options.keep, options.quick)
    except Missing as missing:
        print(json.dumps({"passed": False, "missing": str(missing)}))
        return 2
    except FileExistsError as kept:
        parser.error(f"--keep: {kept.filename} is there already")
    except NotADesign as unfit:
        print(json.dumps({"passed": False, "unfit": str(unfit)}))
        return 2
    result = {name: {row.name: asdict(row) for row in each} for name, each in found.items()}
    if not options.json:
        for name, each in found.items():
            show(name, each)
    passed = all(row["passed"] for file in result.values() for row in file.values())
    print(json.dumps({"passed": passed, "files": result}))
    return 0 if passed else 1


def show(name: str, found: list[rows.Row]) -> None:
    print(name)
    for row in found:
        print(f"  {'ok  ' if row.passed else 'FAIL'} {row.name:12} {row.figure}")
        for fault in row.faults:
            print(f"         {fault}")


if __name__ == "__main__":
    sys.exit(main())
