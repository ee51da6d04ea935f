"""The rows against traps: what is placed by hand where Figma lets it flow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from figma_truth import FLOWS, Truth
from rows import Row

Json = dict[str, Any]
Measured = Mapping[str, Mapping[str, Json]]

_PIXELS = re.compile(r"[\d.]+px")


def no_trap(truth: Truth, measured: Measured) -> Row:
    """Share of elements that are placed absolutely among the children of auto-layout boxes."""
    total, trapped = 0, []
    for found in measured.values():
        for identity, got in found.items():
            if _is_in_flow(truth, identity):
                total += 1
                if got["style"]["position"] in ("absolute", "fixed"):
                    trapped.append(identity)
    return Row("no_trap", round(len(trapped) / max(1, total), 4), not trapped, trapped[:5])


def _is_in_flow(truth: Truth, node_id: str) -> bool:
    node = truth.nodes.get(node_id)
    parent = truth.nodes.get(truth.parents.get(node_id, ""))
    if node is None or parent is None or node.get("layoutPositioning") == "ABSOLUTE":
        return False
    return parent.get("layoutMode", "NONE") in FLOWS


def elastic_sizes(truth: Truth, measured: Measured) -> Row:
    """Share of fixed sizes among the sizes that Figma calls FILL or HUG."""
    total, fixed = 0, []
    for found in measured.values():
        for identity, got in found.items():
            for axis, side in _elastic(truth, identity):
                total += 1
                if _is_fixed(got, side):
                    fixed.append(f"{axis} of {truth.nodes[identity]['name'][:30]!r} {identity}")
    share = len(fixed) / max(1, total)
    return Row("no_fixed_size", round(share, 4), share <= 0.02, fixed[:5])


def _elastic(truth: Truth, identity: str) -> Iterator[tuple[str, str]]:
    """The axes on which the layer has the size of its parent or of what it holds.

    A box with nothing to hug keeps the size it had, and a layer cut out of its parent fills none.
    """
    node = truth.nodes.get(identity) or {}
    held = [c for c in node.get("children") or () if c.get("visible") is not False]
    if not held and not node.get("characters"):
        return
    parent = truth.nodes.get(truth.parents[identity]) or {}
    is_held = parent.get("layoutMode", "NONE") in FLOWS
    for axis, side in (("Horizontal", "width"), ("Vertical", "height")):
        sizing = node.get(f"layoutSizing{axis}")
        if sizing == "HUG" or (sizing == "FILL" and is_held):
            yield axis, side


def _is_fixed(got: Json, side: str) -> bool:
    """Whether the style sheet says pixels, be it as limits that leave no choice."""
    said = got["said"]
    if _PIXELS.fullmatch(said[side]):
        return True
    least, most = said[f"min-{side}"], said[f"max-{side}"]
    return bool(_PIXELS.fullmatch(least)) and least == most
