"""The rows that need Chromium: geometry and computed style against the Figma document."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import elastic_rows
from figma_truth import Truth, stays, visible
from rows import Row
from toolchain import HERE, browser, run

Json = dict[str, Any]

FONTS = {"Inter", "Noto Sans", "Oswald", "Poppins", "Roboto"}
_INSIDE_SHAPES = "BOOLEAN_OPERATION"


def plan(folder: Path, truth: Truth) -> None:
    """Say in ``cases.json`` how large each case was drawn and what to try on it."""
    cases = json.loads((folder / "cases.json").read_text(encoding="utf-8"))
    for case in cases:
        root = truth.nodes.get(case["id"]) or {}
        box = root.get("absoluteBoundingBox") or {}
        case["width"] = box.get("width") or 1440
        # What stays in view is where it was drawn if all of the page is.
        case["tall"] = box.get("height") if any(map(stays, visible(root))) else None
        case |= elastic_rows.plan(truth, case)
    (folder / "cases.json").write_text(json.dumps(cases), encoding="utf-8")


def measure(folders: Sequence[Path]) -> None:
    """Lay all packages out in one Chromium; what it measured lies in each folder.

    Raises:
        RuntimeError: the measuring itself failed.
    """
    done = run("node", str(HERE / "measure.mjs"), browser(), *map(str, folders), cwd=HERE)
    if done.returncode:
        raise RuntimeError(f"Chromium could not measure: {done.stderr[-800:]}")


def measured(folder: Path) -> dict[str, dict[str, Json]]:
    """Box and computed style of each layer's element, by case and layer."""
    found: dict[str, dict[str, Json]] = json.loads(
        (folder / "measured.json").read_text(encoding="utf-8")
    )
    return found


def shown(truth: Truth, case: str) -> Iterator[Json]:
    """The layers of a case that draw something of their own; parts of a boolean shape do not."""
    inside: set[str] = set()
    for node in (node for root in truth.shown_by(case) for node in visible(root)):
        parent = truth.parents[node["id"]]
        if parent in inside or truth.nodes.get(parent, {}).get("type") == _INSIDE_SHAPES:
            inside.add(node["id"])
            continue
        if node.get("absoluteBoundingBox") and not node.get("isMask"):
            yield node


def distances(truth: Truth, measured: Mapping[str, Mapping[str, Json]]) -> list[tuple[float, str]]:
    """Largest difference of place or size of each measurable layer, in pixels, and which it is."""
    away: list[tuple[float, str]] = []
    for case, found in measured.items():
        origin = (truth.nodes.get(case) or {}).get("absoluteBoundingBox")
        for node in shown(truth, case):
            got = found.get(node["id"])
            if got is None or not _is_measurable(node):
                continue
            away.append((_distance(node["absoluteBoundingBox"], origin, got), label(node, case)))
    return away


def geometry(truth: Truth, measured: Mapping[str, Mapping[str, Json]]) -> Row:
    """How far layers are from where they were drawn: the median; 90 % in faults."""
    away = distances(truth, measured)
    if not away:
        return Row("geometry", 0, True)
    sizes = sorted(distance for distance, _ in away)
    median, ninth = statistics.median(sizes), sizes[int(len(sizes) * 0.9)]
    worst = [f"{distance:.1f}px {label}" for distance, label in sorted(away, reverse=True)[:8]]
    row = Row("geometry", round(median, 3), median <= 1 and ninth <= 4, worst)
    row.faults.insert(0, f"median {median:.2f} px, 90 % within {ninth:.2f} px, of {len(sizes)}")
    return row


def label(node: Json, case: str) -> str:
    """What to call a layer among the faults."""
    return f"{node['type']} {node['name'][:30]!r} {node['id']} in {case}"


def _is_measurable(node: Json) -> bool:
    """False for texts whose font is not here, and for boxes that such texts give their size."""
    if node["type"] == "TEXT":
        latin = all(ord(mark) < 0x2E80 for mark in node.get("characters") or "")
        return latin and (node.get("style") or {}).get("fontFamily") in FONTS
    if node.get("layoutMode", "NONE") == "NONE":
        return True
    return all(_is_measurable(below) for below in visible(node) if below["type"] == "TEXT")


def _distance(wanted: Json, origin: Json | None, got: Json) -> float:
    """Of a loose layer of a page, whose boards have corners of their own, only the size counts."""
    sizes = [abs(wanted[side] - got[side]) for side in ("width", "height")]
    places = [abs(wanted[axis] - origin[axis] - got[axis]) for axis in "xy"] if origin else []
    return float(max(*sizes, *places))


def axe(folder: Path) -> Row:
    """Violations that axe-core finds in the page of each case.

    Contrast and size of targets are the design's, and what a page must have around its content
    (landmarks, a first heading) is its author's.
    """
    found = json.loads((folder / "axe.json").read_text(encoding="utf-8"))
    faults = [f"{case}: {fault}" for case, each in found.items() for fault in each]
    return Row("axe", len(faults), not faults, faults[:8])


def presence(truth: Truth, measured: Mapping[str, Mapping[str, Json]]) -> Row:
    """Share of visible layers that have an element."""
    missing, total = [], 0
    for case, found in measured.items():
        for node in shown(truth, case):
            total += 1
            if node["id"] not in found and _draws(node):
                missing.append(label(node, case))
    return Row("presence", round(1 - len(missing) / max(1, total), 4), not missing, missing[:8])


def _draws(node: Json) -> bool:
    """A box without paint shows nothing of its own; an icon's is its drawing's."""
    if node["type"] in ("GROUP", "SLICE"):
        return False
    boxes = ("FRAME", "INSTANCE", "SLOT", "SLIDE", "TRANSFORM_GROUP")
    return node["type"] not in boxes or any(
        paint.get("visible") is not False
        for key in ("fills", "strokes", "effects")
        for paint in node.get(key) or ()
    )
