"""From a Figma document to a folder of code, through the plugins' own functions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interlock_codegen.package import assemble
from interlock_codegen.service import make_component, make_screens
from interlock_codegen.variants.axes import axes
from interlock_figma import components, design, tokens
from interlock_figma.tree import read_document

Json = dict[str, Any]


@dataclass
class Generated:
    """The package's files; ``cases`` are ``{id, name, props}`` for each screen and variant."""

    files: dict[str, str]
    cases: list[Json]
    report: Json
    references: dict[str, str]


def generate(body: Json, *, node_ids: bool) -> Generated:
    """Everything that the workflow would make of this document."""
    document = read_document(body)
    found_tokens = tokens.extract(document)
    found = components.extract(document)["components"]
    parts = [
        make_component(
            entry,
            found_tokens,
            None,
            node_ids,
            [other for other in found if other["id"] in entry["uses"]],
        )
        for entry in found
    ]
    tree = design.simplified(document)
    screens = make_screens(tree, found_tokens, None, found, node_ids)
    package = assemble([*parts, *screens], found_tokens, document.name)
    cases = [case for entry in found for case in _variants(entry)]
    for made in screens:
        identity = made["report"]["id"]
        cases.append({"id": identity, "name": made["name"], "kind": "screen", "props": {}})
    return Generated(package["files"], cases, package["report"], found_tokens["references"])


def _variants(component: Json) -> list[Json]:
    """A case for each variant: by properties, and by a state of CSS where it stands for one."""
    by_name = {axis.name: axis for axis in axes(component)}
    cases: list[Json] = []
    for variant in component["variants"]:
        known = [
            (by_name[key], value) for key, value in variant["values"].items() if key in by_name
        ]
        chosen: Json = {
            axis.identifier: value
            for axis, value in known
            if axis.is_choice and value not in axis.states
        }
        state = next((axis.states[value] for axis, value in known if value in axis.states), "")
        case = {
            "id": variant["id"],
            "name": component["identifier"],
            "kind": "state" if state else "component",
            "state": state,
            "props": {**chosen, "disabled": True} if state == "disabled" else chosen,
        }
        if not any(_selects_alike(case, other) for other in cases):
            cases.append(case)
    return cases


def _selects_alike(case: Json, other: Json) -> bool:
    return all(case[key] == other[key] for key in ("state", "props"))


def write(made: Generated, folder: Path, modules: Path) -> None:
    """Lay the package out, with the exam's Node packages beside it."""
    for path, text in made.files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    (folder / "node_modules").symlink_to(modules)
    (folder / "cases.json").write_text(json.dumps(made.cases), encoding="utf-8")
