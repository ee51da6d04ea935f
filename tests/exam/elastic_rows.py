"""What the design says must hold when widths, texts and children change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from figma_truth import TEXTS, Truth, visible
from rows import Row

Json = dict[str, Any]

_LINEAR = ("HORIZONTAL", "VERTICAL")


def plan(truth: Truth, case: Json) -> Json:
    """What the browser shall try on a case.

    ``flows``: change its texts and children; ``fluid``: also its width; ``drops``: ``[child, next,
    axis]``, of which the second must take the place of the first; ``groups``: ids of siblings that
    may not overlap; ``grows``: by how much of the root's growth each FILL layer grows.
    """
    root = truth.nodes.get(case["id"])
    if root is None or case["kind"] == "state" or not _flows(root):
        return {"flows": False, "fluid": False, "drops": [], "groups": [], "grows": {}}
    return {
        "flows": True,
        "fluid": case["kind"] == "screen",
        "drops": list(_drops(root)),
        "groups": [[c["id"] for c in each] for each in _groups(root)],
        "grows": dict(_grows(root, 1.0)),
    }


def _flows(root: Json) -> bool:
    """Whether auto layout reaches from the root down to every text."""

    def reaches(node: Json) -> bool:
        children = [c for c in node.get("children") or () if c.get("visible") is not False]
        holders = [c for c in children if any(n["type"] in TEXTS for n in visible(c))]
        return not holders or (
            node.get("layoutMode", "NONE") != "NONE" and all(reaches(child) for child in holders)
        )

    return root.get("layoutMode", "NONE") != "NONE" and reaches(root)


def _in_flow(node: Json) -> list[Json]:
    return [
        child
        for child in node.get("children") or ()
        if child.get("visible") is not False and child.get("layoutPositioning") != "ABSOLUTE"
    ]


def _rows(root: Json) -> Iterator[Json]:
    """The rows and columns of a case that keep one line."""
    for node in visible(root):
        if node.get("layoutMode") in _LINEAR and node.get("layoutWrap") != "WRAP":
            yield node


def _groups(root: Json) -> Iterator[list[Json]]:
    for node in _rows(root):
        held = _in_flow(node)
        turned = any(child.get("rotation") for child in held)
        if len(held) > 1 and node.get("itemSpacing", 0) >= 0 and not turned:
            yield held


def _drops(root: Json) -> Iterator[list[str]]:
    """The first child of each row packed to its start, and the one that must follow up."""
    for node in _rows(root):
        held = _in_flow(node)
        packed = node.get("primaryAxisAlignItems", "MIN") == "MIN"
        plain = packed and not any(child.get("rotation") for child in held)
        if plain and len(held) > 1 and "absoluteBoundingBox" in held[0]:
            axis = "x" if node["layoutMode"] == "HORIZONTAL" else "y"
            yield [held[0]["id"], held[1]["id"], axis]


def _grows(node: Json, share: float) -> Iterator[tuple[str, float]]:
    """Share of the root's growth that each FILL layer takes, down to where no layer fills."""
    mode = node.get("layoutMode")
    if mode not in _LINEAR or node.get("layoutWrap") == "WRAP":
        return
    held = _in_flow(node)
    filling = [c for c in held if c.get("layoutSizingHorizontal") == "FILL"]
    if any(c.get("maxWidth") or c.get("minWidth") for c in filling):
        return
    for child in filling:
        own = share / len(filling) if mode == "HORIZONTAL" else share
        yield child["id"], own
        yield from _grows(child, own)


def rows(folder: Path) -> list[Row]:
    """The rows ``responsive`` and ``edit``."""
    found = json.loads((folder / "elastic.json").read_text(encoding="utf-8"))
    squeezed = [
        f"{case} at {width}px: {got['over']}px out {got['widest']} {got['faults'][:2]}"
        for case, each in found.items()
        for width, got in each["widths"].items()
        if got["over"] > 1 or got["faults"]
    ]
    squeezed += [f"{case}: {fault}" for case, each in found.items() for fault in each["stiff"]]
    edited = [
        f"{case}: {fault}" for case, each in found.items() for fault in each["edits"]["faults"]
    ]
    return [
        Row("responsive", len(squeezed), not squeezed, squeezed[:8]),
        Row("edit", len(edited), not edited, edited[:8]),
    ]
