"""The rows about component sets: their properties, each variant, each state."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import browser_rows
import style_rows
from figma_truth import Truth, choice
from generation import Generated
from rows import Row

Json = dict[str, Any]
Measured = Mapping[str, Mapping[str, Json]]

_TYPES = {
    "BOOLEAN": "boolean",
    "TEXT": "string",
    "INSTANCE_SWAP": "ReactNode",
    "SLOT": "ReactNode",
}
_PROPERTY = re.compile(r"/\*\* Figma:(.*) \*/\n\s+\w+\?: (.+);")
_PSEUDO = re.compile(
    r"hover|press|active|click|focus|disable|inactive|mouseover", re.IGNORECASE
)  # what CSS has a word for


def props(truth: Truth, made: Generated) -> Row:
    """Properties of the sets that the interface lacks or types otherwise; states need none."""
    faults, total = [], 0
    for name, definitions in _defined(truth, made):
        code = made.files[f"components/{name}.tsx"]
        found = [(_plain(told), kind) for told, kind in _PROPERTY.findall(code)]
        for key, entry in definitions.items():
            total += 1
            label = _plain(key.partition("#")[0])
            # Two properties may have one name.
            fit = [_differs(entry, kind) for told, kind in found if _tells(told, label)]
            if fault := min(fit or [_differs(entry, None)]):
                faults.append(f"{name}, {label}: {fault}")
    share = 1 - len(faults) / max(1, total)
    return Row("props", round(share, 4), not faults, faults[:5])


def _defined(truth: Truth, made: Generated) -> Iterator[tuple[str, Json]]:
    """Each generated component, once, with Figma's definitions of its properties."""
    names = {case["name"]: case["id"] for case in made.cases if case["kind"] != "screen"}
    for name, identity in names.items():
        parent = truth.nodes.get(truth.parents.get(identity, ""), {})
        owner = parent if parent.get("type") == "COMPONENT_SET" else truth.nodes.get(identity, {})
        yield name, owner.get("componentPropertyDefinitions") or {}


def _tells(told: str, label: str) -> bool:
    """Whether a comment has the property's name, maybe with that of the default in brackets."""
    rest = told.removeprefix(label) if told.startswith(label) else None
    return rest is not None and bool(re.fullmatch(r"( ?\([^()]*\))?", rest))


def _differs(entry: Json, kind: str | None) -> str:
    if entry.get("type") == "VARIANT":
        chosen = [o for o in entry.get("variantOptions") or () if not _PSEUDO.search(o)]
        missing = [o for o in chosen if json.dumps(o, ensure_ascii=False) not in (kind or "")]
        return f"{missing} cannot be chosen in {kind}" if len(chosen) > 1 and missing else ""
    wanted = _TYPES.get(str(entry.get("type")))
    return f"{kind} for {wanted}" if wanted and kind != wanted else ""


def _plain(text: str) -> str:
    return " ".join(text.replace("*/", "* /").split())


def variants(truth: Truth, made: Generated, measured: Measured) -> Row:
    """Share of variants that, chosen by their properties alone, are where and as they were drawn."""
    chosen = {case["id"] for case in made.cases if case["kind"] == "component"}
    found = {case: layers for case, layers in measured.items() if case in chosen}
    return _held("variants", truth, found)


def states(truth: Truth, made: Generated, folder: Path) -> Row:
    """The same for the variants that are states: their resting variant with the state forced."""
    measured = json.loads((folder / "states.json").read_text(encoding="utf-8"))
    found = {}
    for case in made.cases:
        if case["kind"] == "state":
            likes = _likes(truth, made, case)
            got = measured[case["id"]]
            found[case["id"]] = {n: got[e] for n, e in likes.items() if e in got} | got
    return _held("states", truth, found)


def _held(name: str, truth: Truth, found: Measured) -> Row:
    faults, distances = [], []
    for case, layers in found.items():
        away = browser_rows.distances(truth, {case: layers})
        distances += [distance for distance, _ in away]
        look = style_rows.style(truth, {case: layers})
        if not look.passed:
            faults += look.faults[:2]
        faults += [f"{distance:.1f}px {label}" for distance, label in away if distance > 4][:2]
        missing = browser_rows.presence(truth, {case: layers})
        faults += [f"not there: {label}" for label in missing.faults[:2]]
    sizes = sorted(distances)
    ninth = sizes[int(len(sizes) * 0.9)] if sizes else 0
    median = statistics.median(sizes) if sizes else 0
    style = style_rows.style(truth, found)
    present = browser_rows.presence(truth, found)
    passed = median <= 1 and ninth <= 4 and style.passed and present.passed
    row = Row(name, style.figure, passed, faults[:6])
    row.faults.insert(0, f"{len(found)}: median {median:.2f} px, 90 % within {ninth:.2f} px")
    return row


def _likes(truth: Truth, made: Generated, case: Json) -> dict[str, str]:
    """The layer of the resting variant by the layer of the state that it stands for."""
    parent = truth.nodes[truth.parents[case["id"]]]
    others = {each["id"]: each for each in made.cases if each["kind"] == "component"}
    wanted = {k: v for k, v in case["props"].items() if k != "disabled"}
    resting = [
        child
        for child in parent["children"]
        if child["id"] in others and others[child["id"]]["props"] == wanted
    ] or [child for child in parent["children"] if child["id"] in others]
    state = truth.nodes[case["id"]]
    near = max(resting, key=lambda r: len(set(choice(r["name"])) & set(choice(state["name"]))))
    return dict(_paired(state, near))


def _paired(one: Json, other: Json) -> Iterator[tuple[str, str]]:
    """Layers of the same name, type and characters, in order."""
    yield one["id"], other["id"]
    waiting = list(other.get("children") or ())
    for child in one.get("children") or ():
        like = next((w for w in waiting if _looks_like(child, w)), None)
        if like is not None:
            waiting = waiting[waiting.index(like) + 1 :]
            yield from _paired(child, like)


def _looks_like(one: Json, other: Json) -> bool:
    return all(one.get(key) == other.get(key) for key in ("name", "type", "characters"))
