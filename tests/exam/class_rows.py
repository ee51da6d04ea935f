"""Rows about the classes: tokens where they are bound, no sizes where there are none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from figma_truth import Truth
from markup import Tag
from rows import Row

Json = dict[str, Any]
Markup = Mapping[str, list[Tag]]

_FIXED = re.compile(r"(w|h)-(\d|\[\d)")


def tokens(truth: Truth, markup: Markup, references: Mapping[str, str]) -> Row:
    """Share of bound styles and variables that a class names by their token."""
    total, missed = 0, []
    for tag in (tag for tags in markup.values() for tag in tags):
        node = truth.nodes.get(tag.node)
        if node is None or tag.name in ("svg", "g", "path"):
            continue
        for reference in _bound(node):
            names = {n for key, n in references.items() if key.split("|")[0] == reference}
            if not names:
                continue
            total += 1
            if not any(each.endswith(f"-{name}") for each in tag.classes for name in names):
                missed.append(f"{reference} at {node['name'][:30]!r} {tag.node}")
    share = 1 - len(missed) / max(1, total)
    return Row("tokens", round(share, 4), share >= 0.95, missed[:5])


def _bound(node: Json) -> Iterator[str]:
    """``kind:id`` of the text style, and of the style or variable of an only, solid fill."""
    styles = {key.lower().rstrip("s"): value for key, value in (node.get("styles") or {}).items()}
    if node["type"] == "TEXT" and "text" in styles:
        yield f"typography:{styles['text']}"
    fills = [fill for fill in node.get("fills") or () if fill.get("visible") is not False]
    if len(fills) != 1 or fills[0]["type"] != "SOLID":
        return
    variable = ((fills[0].get("boundVariables") or {}).get("color") or {}).get("id")
    if variable or "fill" in styles:
        yield f"color:{variable or styles['fill']}"
    if node.get("itemSpacing") and "itemSpacing" in (node.get("boundVariables") or {}):
        yield f"spacing:{node['boundVariables']['itemSpacing']['id']}"


def elastic_sizes(truth: Truth, markup: Markup) -> Row:
    """Share of fixed sizes among the sizes that Figma calls FILL or HUG."""
    total, fixed = 0, []
    for tag in (tag for tags in markup.values() for tag in tags):
        node = truth.nodes.get(tag.node)
        if node is None or not node.get("children", node.get("characters")):
            continue
        for axis, letter in (("Horizontal", "w"), ("Vertical", "h")):
            if node.get(f"layoutSizing{axis}") not in ("FILL", "HUG"):
                continue
            total += 1
            if any(each[0] == letter and _FIXED.match(each) for each in tag.classes):
                fixed.append(f"{axis} of {node['name'][:30]!r} {tag.node}")
    share = len(fixed) / max(1, total)
    return Row("no_fixed_size", round(share, 4), share <= 0.02, fixed[:5])
