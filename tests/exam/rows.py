"""The quick rows: types, lint, content, determinism."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from figma_truth import Truth, solid
from generation import Generated
from markup import HIDDEN, Tag, read_markup
from toolchain import HERE, run

Json = dict[str, Any]


@dataclass
class Row:
    """One line of the exam: its figure, whether it is good enough, and examples of what is not."""

    name: str
    figure: float | int
    passed: bool
    faults: list[str] = field(default_factory=list)


class Broken(Exception):
    """The generated code cannot be run."""


def check(folders: Sequence[Path]) -> None:
    """Check and render all packages; what was found lies in each folder for the rows to read.

    Raises:
        RuntimeError: the checking itself failed.
    """
    done = run("node", str(HERE / "check.mjs"), *map(str, folders), cwd=HERE)
    if done.returncode:
        raise RuntimeError(f"the packages could not be checked: {done.stderr[-800:]}")


def types(folder: Path) -> Row:
    """Errors of ``tsc --strict``."""
    errors = _checked(folder)["types"]
    return Row("types", len(errors), not errors, errors[:5])


def lint(folder: Path) -> Row:
    """Errors of eslint-plugin-jsx-a11y's strict rules, and any ``any``."""
    faults = [f"{each['file']}:{each['line']} {each['rule']}" for each in _checked(folder)["lint"]]
    return Row("lint", len(faults), not faults, faults[:5])


def rendered(folder: Path) -> dict[str, list[Tag]]:
    """The markup of each screen and variant, by the id of its layer.

    Raises:
        Broken: the code does not compile, or fails when it is rendered.
    """
    if broken := _checked(folder)["broken"]:
        raise Broken(f"the generated code does not render: {broken}")
    found: dict[str, list[Tag]] = {}
    for entry in json.loads((folder / "rendered.json").read_text(encoding="utf-8")):
        # A page may have several boards of loose layers.
        if entry["kind"] != "state":
            found.setdefault(entry["id"], []).extend(read_markup(entry["html"]))
    return found


def _checked(folder: Path) -> Json:
    found: Json = json.loads((folder / "checked.json").read_text(encoding="utf-8"))
    return found


def content(truth: Truth, markup: dict[str, list[Tag]]) -> Row:
    """Share of screens and variants whose texts are the design's, each once and in order."""
    faults = []
    for identity, tags in markup.items():
        wanted = [t for root in truth.shown_by(identity) for t in truth.texts(root["id"])]
        got = "".join(text for tag in tags for text in tag.texts if tag.name != HIDDEN)
        if solid(got) != solid("".join(wanted)):
            faults.append(f"{identity}: {' | '.join(wanted)[:120]!r} became {got[:120]!r}")
    faults += _not_carried(truth, markup)
    share = 1 - len(faults) / max(1, len(markup))
    return Row("content", round(share, 4), not faults, faults[:5])


def _not_carried(truth: Truth, markup: dict[str, list[Tag]]) -> list[str]:
    """Visible texts of the file that no output carries, be it hidden until a state holds."""
    carried = solid("".join(text for tags in markup.values() for tag in tags for text in tag.texts))
    pages = [node for node in truth.nodes.values() if not truth.parents[node["id"]]]
    texts = dict.fromkeys(text for page in pages for text in truth.texts(page["id"]))
    return [f"nowhere: {text[:80]!r}" for text in texts if solid(text) not in carried]


def again(bodies: Sequence[Json]) -> list[dict[str, str]]:
    """The files of a second generation of each document, in a process that hashes otherwise."""
    done = subprocess.run(
        [sys.executable, "-c", _AGAIN, str(HERE)],
        input=json.dumps(bodies),
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found


_AGAIN = """
import json, sys
sys.path.insert(0, sys.argv[1])
from generation import generate
json.dump([generate(body, node_ids=True).files for body in json.load(sys.stdin)], sys.stdout)
"""


def determinism(second: Mapping[str, str], made: Generated) -> Row:
    """Files that a second generation writes otherwise."""
    paths = dict.fromkeys((*made.files, *second))
    differing = [path for path in paths if second.get(path) != made.files.get(path)]
    return Row("determinism", len(differing), not differing, differing[:5])
