"""What the design says must hold when widths, texts and children change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import growth
from figma_truth import TEXTS, Truth, stays, visible
from rows import Row

Json = dict[str, Any]

_LINEAR = ("HORIZONTAL", "VERTICAL")


def plan(truth: Truth, case: Json) -> Json:
    """What the browser shall try on a case.

    ``flows``: change its texts and children; ``fluid``: also its width; ``drops``: ``[child, next,
    axis]``, of which the second must take the place of the first; ``groups``: ids of siblings that
    may not overlap; ``hugs``: ``[box, children, side]``, the side on which a box that hugs its
    children reaches as far as they do; ``grows``: by how many pixels each layer becomes wider,
    and goes to the right, when the root is a quarter wider; ``floats``: the layer out of the flow
    of its parent, or in view while that scrolls, in which a text lies: it covers what it covers.
    """
    root = truth.nodes.get(case["id"])
    nothing: Json = {"drops": [], "groups": [], "hugs": [], "grows": {}, "floats": {}}
    if root is None or case["kind"] == "state":
        return {"flows": False, "fluid": False, **nothing}
    flows, fluid = _flows(root), case["kind"] == "screen" and root["type"] != "CANVAS"
    plan = {"flows": flows, "fluid": fluid, **nothing}
    if fluid:
        width = float(case["width"])
        plan["grows"] = dict(growth.of(root, round(width * 1.25) - width))
    if flows:
        plan["drops"] = list(_drops(root))
        plan["groups"] = [[c["id"] for c in each] for each in _groups(root)]
        plan["hugs"] = list(_hugs(root))
        plan["floats"] = {
            text["id"]: node["id"]
            for node in visible(root)
            if node.get("layoutPositioning") == "ABSOLUTE" or stays(node)
            for text in visible(node)
            if text["type"] in TEXTS
        }
    return plan


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


def _hugs(root: Json) -> Iterator[list[Any]]:
    """Each box that hugs what flows in it, with the side on which it does."""
    for node in _rows(root):
        held = _in_flow(node)
        if not held or any(child.get("rotation") for child in held):
            continue
        for axis, side in (("Horizontal", "right"), ("Vertical", "bottom")):
            limit = "maxWidth" if axis == "Horizontal" else "maxHeight"
            if node.get(f"layoutSizing{axis}") == "HUG" and limit not in node:
                yield [node["id"], [child["id"] for child in held], side]


def _drops(root: Json) -> Iterator[list[str]]:
    """The first child of each row packed to its start, and the one that must follow up."""
    for node in _rows(root):
        held = _in_flow(node)
        packed = node.get("primaryAxisAlignItems", "MIN") == "MIN"
        plain = packed and not any(child.get("rotation") for child in held)
        if plain and len(held) > 1 and "absoluteBoundingBox" in held[0]:
            axis = "x" if node["layoutMode"] == "HORIZONTAL" else "y"
            yield [held[0]["id"], held[1]["id"], axis]


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
