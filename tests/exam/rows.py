"""The quick rows: types, lint, content, determinism."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from figma_truth import Truth, solid
from generation import Generated
from markup import Tag, read_markup
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


def types(folder: Path) -> Row:
    """Errors of ``tsc --strict``."""
    done = run("node_modules/.bin/tsc", "-p", "tsconfig.json", cwd=folder)
    errors = [line for line in done.stdout.splitlines() if "error TS" in line]
    return Row("types", len(errors), done.returncode == 0, errors[:5])


def lint(folder: Path) -> Row:
    """Errors of eslint-plugin-jsx-a11y's strict rules, and any ``any``."""
    shutil.copy(HERE / "eslint.config.mjs", folder / "eslint.config.mjs")
    done = run("node_modules/.bin/eslint", ".", "--format", "json", cwd=folder)
    if done.returncode > 1 or not done.stdout.startswith("["):
        return Row("lint", -1, False, [(done.stderr or done.stdout)[-400:]])
    faults = [
        f"{Path(entry['filePath']).name}:{message['line']} {message['ruleId']}"
        for entry in json.loads(done.stdout)
        for message in entry["messages"]
    ]
    return Row("lint", len(faults), not faults, faults[:5])


def render(folder: Path) -> dict[str, list[Tag]]:
    """The markup of each screen and variant, by the id of its layer.

    Raises:
        Broken: the code does not compile, or fails when it is rendered.
    """
    shutil.copy(HERE / "render.mjs", folder / "render.mjs")
    done = run("node", "render.mjs", str(folder), cwd=folder)
    if done.returncode:
        raise Broken(f"the generated code does not render: {_first_error(done.stderr)}")
    rendered = json.loads((folder / "rendered.json").read_text(encoding="utf-8"))
    found: dict[str, list[Tag]] = {}
    for entry in rendered:
        if entry["kind"] == "state":
            continue
        # A page may have several boards of loose layers.
        found.setdefault(entry["id"], []).extend(read_markup(entry["html"]))
    return found


def _first_error(told: str) -> str:
    lines = [line.strip() for line in told.splitlines()]
    return next((line for line in lines if "rror:" in line), told[-400:])


def content(truth: Truth, markup: dict[str, list[Tag]], made: Generated) -> Row:
    """Share of screens and variants whose texts are the design's, each once and in order."""
    faults = []
    for identity, tags in markup.items():
        wanted = _wanted(truth, identity)
        got = "".join(text for tag in tags for text in tag.texts)
        if solid(got) != solid("".join(wanted)):
            faults.append(f"{identity}: {' | '.join(wanted)[:120]!r} became {got[:120]!r}")
    faults += _not_carried(truth, markup, made)
    share = 1 - len(faults) / max(1, len(markup))
    return Row("content", round(share, 4), not faults, faults[:5])


def _wanted(truth: Truth, identity: str) -> list[str]:
    """The texts of a layer; of a page, those of its loose layers that were put on one board."""
    node = truth.nodes.get(identity)
    if node is None or node["type"] != "CANVAS":
        return truth.texts(identity) if node else []
    whole = {"FRAME", "SECTION", "COMPONENT", "COMPONENT_SET", "INSTANCE", "SLIDE"}
    loose = [
        c for c in node["children"] if c["type"] not in whole and c.get("visible") is not False
    ]
    return [text for child in loose for text in truth.texts(child["id"])]


def _not_carried(truth: Truth, markup: dict[str, list[Tag]], made: Generated) -> list[str]:
    """Visible texts of the file that no output carries, be it as text or (of a state) in code."""
    shown = solid("".join(text for tags in markup.values() for tag in tags for text in tag.texts))
    code = solid("".join(text for path, text in made.files.items() if path.endswith(".tsx")))
    pages = [node for node in truth.nodes.values() if not truth.parents[node["id"]]]
    texts = dict.fromkeys(text for page in pages for text in truth.texts(page["id"]))
    return [
        f"nowhere: {text[:80]!r}"
        for text in texts
        if solid(text) not in shown and solid(text) not in code
    ]


def determinism(body: Json, made: Generated) -> Row:
    """Differences from a second generation, in another process that hashes otherwise."""
    done = subprocess.run(
        [sys.executable, "-c", _AGAIN, str(HERE)],
        input=json.dumps(body),
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    again = json.loads(done.stdout)
    differing = [path for path, text in made.files.items() if again.get(path) != text]
    return Row("determinism", len(differing), not differing, differing[:5])


_AGAIN = """
import json, sys
sys.path.insert(0, sys.argv[1])
from generation import generate
json.dump(generate(json.load(sys.stdin), node_ids=True).files, sys.stdout)
"""
