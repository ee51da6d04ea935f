"""The row about tokens: classes name them where a style or variable is bound."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from figma_truth import Truth
from markup import Tag
from rows import Row

Json = dict[str, Any]
Markup = Mapping[str, list[Tag]]

_CORNERS = ("topLeftRadius", "topRightRadius", "bottomRightRadius", "bottomLeftRadius")
_LENGTHS = ("itemSpacing", "paddingTop", "paddingRight", "paddingBottom", "paddingLeft")


def tokens(truth: Truth, markup: Markup, references: Mapping[str, str], theme: str) -> Row:
    """Share of bound styles and variables that a class names by their token.

    A binding for which there is no token counts as missed, and so does a name that the theme
    gives to two values.
    """
    missed = [f"{name} is there twice" for name in _doubles(theme)]
    total = len(missed)
    for tag in (tag for tags in markup.values() for tag in tags):
        node = truth.nodes.get(tag.node)
        if node is None or tag.name in ("svg", "g") or node.get("isMask"):
            continue
        for reference in _bound(node, is_shape=tag.name in ("path", "line")):
            total += 1
            names = {n for key, n in references.items() if key.split("|")[0] == reference}
            if not any(_names(each, name) for each in tag.classes for name in names):
                missed.append(f"{reference} at {node['name'][:30]!r} {tag.node}")
    share = 1 - len(missed) / max(1, total)
    return Row("tokens", round(share, 4), share >= 0.95, missed[:5])


def _doubles(theme: str) -> list[str]:
    names = re.findall(r"^\s+(--[\w-]+):", theme.partition("[data-theme")[0], re.MULTILINE)
    return sorted({name for name in names if names.count(name) > 1})


def _names(each: str, token: str) -> bool:
    """Whether a class takes its value from the token, as a whole or in a calculation."""
    return each.endswith(f"-{token}") or f"-{token})" in each


def _bound(node: Json, *, is_shape: bool) -> Iterator[str]:
    """``kind:id`` of what the layer's look is bound to: text, only solid paints, shadows, lengths."""
    styles = {key.lower().rstrip("s"): value for key, value in (node.get("styles") or {}).items()}
    fill = _paint(node.get("fills"), styles.get("fill"))
    if is_shape:
        if fill and not _seen(node.get("strokes")):
            yield fill
        return
    if node["type"] == "TEXT":
        if "text" in styles:
            yield f"typography:{styles['text']}"
        if fill and (node.get("characters") or "").strip():
            yield fill
        return
    stroke = _paint(node.get("strokes"), styles.get("stroke")) if node.get("strokeWeight") else ""
    yield from filter(None, (fill, stroke))
    if "effect" in styles and _has_shadows(node):
        yield f"shadow:{styles['effect']}"
    yield from _lengths(node)


def _lengths(node: Json) -> Iterator[str]:
    variables = node.get("boundVariables") or {}
    if node.get("layoutMode") in ("HORIZONTAL", "VERTICAL"):
        between = node.get("primaryAxisAlignItems") == "SPACE_BETWEEN"
        for name in _LENGTHS:
            unused = name == "itemSpacing" and (between or len(_in_flow(node)) < 2)
            if node.get(name) and "id" in (variables.get(name) or {}) and not unused:
                yield f"spacing:{variables[name]['id']}"
    for name in _CORNERS:
        if node.get("cornerRadius") and "id" in (variables.get(name) or {}):
            yield f"radius:{variables[name]['id']}"


def _in_flow(node: Json) -> list[Json]:
    """The layers that a spacing keeps apart."""
    return [
        child
        for child in node.get("children") or ()
        if child.get("visible") is not False and child.get("layoutPositioning") != "ABSOLUTE"
    ]


def _seen(paints: Any) -> list[Json]:
    return [paint for paint in paints or () if paint.get("visible") is not False]


def _paint(paints: Any, style: str | None) -> str:
    """The variable, else the style, of an only and solid paint."""
    seen = _seen(paints)
    if len(seen) != 1 or seen[0]["type"] != "SOLID" or not seen[0].get("opacity", 1):
        return ""
    variable = ((seen[0].get("boundVariables") or {}).get("color") or {}).get("id")
    return f"color:{variable or style}" if variable or style else ""


def _has_shadows(node: Json) -> bool:
    effects = _seen(node.get("effects"))
    return bool(effects) and all(effect["type"].endswith("SHADOW") for effect in effects)
