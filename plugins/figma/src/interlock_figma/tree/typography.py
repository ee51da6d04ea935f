"""Texts: their style, their differing runs, their lists."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from interlock_figma.tree.document import stated
from interlock_figma.tree.geometry import rounded

Json = Mapping[str, Any]

_CASES = {
    "UPPER": "uppercase",
    "LOWER": "lowercase",
    "TITLE": "capitalize",
    "SMALL_CAPS": "small-caps",
    "SMALL_CAPS_FORCED": "all-small-caps",
}
_DECORATIONS = {"UNDERLINE": "underline", "STRIKETHROUGH": "line-through"}
_RESIZES = {"WIDTH_AND_HEIGHT": "hug", "HEIGHT": "height", "TRUNCATE": "truncate"}
_VERTICAL = {"TOP": "top", "CENTER": "center", "BOTTOM": "bottom"}


def text_style(style: Json, layout_version: int = 0) -> dict[str, Any]:
    """Font and spacing; ``line_height`` and ``letter_spacing`` are pixels.

    Args:
        layout_version: the node's ``layoutVersion``, by which Figma rounds line heights.
    """
    result: dict[str, Any] = {
        "family": str(style.get("fontFamily") or "sans-serif"),
        "size": rounded(style.get("fontSize") or 12),
        "weight": int(style.get("fontWeight") or 400),
    }
    if style.get("lineHeightPx"):
        result["line_height"] = _line_height(style, layout_version)
    if style.get("letterSpacing"):
        result["letter_spacing"] = rounded(style["letterSpacing"])
    if style.get("italic"):
        result["italic"] = True
    if style.get("textCase") in _CASES:
        result["case"] = _CASES[style["textCase"]]
    if style.get("textDecoration") in _DECORATIONS:
        result["decoration"] = _DECORATIONS[style["textDecoration"]]
    if flags := style.get("opentypeFlags"):
        result["features"] = {str(name).lower(): int(on) for name, on in sorted(flags.items())}
    return result


def _line_height(style: Json, layout_version: int) -> float:
    """In pixels; whole ones where it follows from the font or its size.

    As the boxes of texts show, Figma lays lines out 57 apart for the 57.2 that it stores, and texts
    that have not been touched since its first layout engine 17 apart for 16.34.
    """
    height = float(style["lineHeightPx"])
    if style.get("lineHeightUnit") in ("INTRINSIC_%", "FONT_SIZE_%"):
        return math.floor(height + 0.5) if layout_version else math.ceil(height - 0.1)
    return rounded(height)


def text_box(node: Json) -> dict[str, Any]:
    """How a text sits in its box: ``{align, valign, resize, max_lines?, paragraph_gap?, ...}``."""
    style = node.get("style") or {}
    resize = _RESIZES.get(style.get("textAutoResize") or "", "fixed")
    if style.get("textTruncation") == "ENDING":
        resize = "truncate"
    result: dict[str, Any] = {
        "align": str(style.get("textAlignHorizontal") or "LEFT").lower(),
        "valign": _VERTICAL.get(style.get("textAlignVertical") or "TOP", "top"),
        "resize": resize,
    }
    if style.get("maxLines"):
        result["max_lines"] = int(style["maxLines"])
    for key, name in (("paragraphSpacing", "paragraph_gap"), ("paragraphIndent", "indent")):
        if style.get(key):
            result[name] = rounded(style[key])
    link = (style.get("hyperlink") or {}).get("url")
    if link:
        result["href"] = str(link)
    return result


def runs(node: Json) -> list[tuple[str, int]]:
    """The text cut where its override changes; 0 is the node's own style.

    Overrides count UTF-16 code units, as JavaScript does, and may end before the text does.
    """
    text = str(node.get("characters") or "")
    overrides = [int(number or 0) for number in node.get("characterStyleOverrides") or ()]
    if not any(overrides):
        return [(text, 0)] if text else []
    per_character = []
    unit = 0
    for character in text:
        per_character.append((character, overrides[unit] if unit < len(overrides) else 0))
        unit += 2 if ord(character) > 0xFFFF else 1
    return [
        ("".join(character for character, _ in group), number)
        for number, group in groupby(per_character, key=lambda pair: pair[1])
    ]


def base_of(pieces: list[tuple[str, int]]) -> int:
    """The number of the runs that are the text itself: 0, or where none is, of most characters."""
    amounts: dict[int, int] = {}
    for text, number in pieces:
        amounts[number] = amounts.get(number, 0) + len(text)
    return 0 if 0 in amounts or not amounts else max(amounts, key=lambda number: amounts[number])


def override(node: Json, number: int) -> Json | None:
    """What the characters of this number have of their own; None if that is nothing."""
    found = (node.get("styleOverrideTable") or {}).get(str(number))
    return stated(found) if number and isinstance(found, Mapping) else None


def restyled(node: Json, number: int) -> Json:
    """A text as it would be if all of it looked like its characters of this number."""
    own = override(node, number)
    if own is None:
        return node
    base = node.get("style") or {}
    style = {**base, **own}
    styles = _told(node)
    if "fills" in own:
        styles["fill"] = own.get("inheritFillStyleId")
    if text_style(style) != text_style(base):
        styles["text"] = own.get("inheritTextStyleId")
    used = {kind: each for kind, each in styles.items() if each}
    return {**node, "fills": own.get("fills", node.get("fills")), "style": style, "styles": used}


def drawn_as(node: Json, base: int) -> Json:
    """A text that looks like its characters of this number, but for what a style of it tells."""
    look, told = restyled(node, base), _told(node)
    kept = [field for kind, field in (("fill", "fills"), ("text", "style")) if kind in told]
    given = {field: node[field] for field in kept if field in node}
    return {**look, **given, "styles": {**(look.get("styles") or {}), **told}}


def _told(node: Json) -> dict[str, Any]:
    """The styles of a text by what they are of: ``fill``, ``text``."""
    given = node.get("styles") or {}
    return {str(kind).lower().rstrip("s"): style for kind, style in given.items()}


def lists(node: Json) -> list[dict[str, Any]]:
    """``{kind, indent}`` of each line where any line belongs to a list; else empty."""
    kinds = [str(kind or "NONE").lower() for kind in node.get("lineTypes") or ()]
    if not any(kind in ("ordered", "unordered") for kind in kinds):
        return []
    indents = list(node.get("lineIndentations") or ())
    indents += [0] * (len(kinds) - len(indents))
    return [
        {"kind": kind, "indent": int(indent or 0)}
        for kind, indent in zip(kinds, indents, strict=False)
    ]
