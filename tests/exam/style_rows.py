"""The row about computed style: colours, type, corners, strokes, shadows, opacity."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from browser_rows import label, shown
from figma_truth import Truth
from rows import Row

Json = dict[str, Any]
Expectation = tuple[str, Any, str]
"""Property, the design's value, the computed one."""

_SIDES = ("Top", "Right", "Bottom", "Left")
_CORNERS = ("TopLeft", "TopRight", "BottomRight", "BottomLeft")
_CASES = {"UPPER": "uppercase", "LOWER": "lowercase", "TITLE": "capitalize"}
_LINES = {"UNDERLINE": "underline", "STRIKETHROUGH": "line-through"}
_ALIGN = {"CENTER": "center", "RIGHT": "right", "JUSTIFIED": "justify"}
_SHADOWS = ("DROP_SHADOW", "INNER_SHADOW")
_NUMBER = re.compile(r"-?\d*\.?\d+(?:e[+-]?\d+)?")
_COLOUR = re.compile(r"rgba?\([^)]*\)")


def style(truth: Truth, measured: Mapping[str, Mapping[str, Json]]) -> Row:
    """Share of style properties whose computed value is the design's.

    Of no kind of property may a tenth be wrong: a page has a hundred colours to a shadow.
    """
    total, wrong = Counter[str](), Counter[str]()
    faults = []
    for case, found in measured.items():
        for node in shown(truth, case):
            got = found.get(node["id"])
            if got is None or got["tag"] in ("path", "line", "g", "svg"):
                continue
            for name, wanted, value in expected(node, got):
                total[name] += 1
                if not _agree(wanted, value):
                    wrong[name] += 1
                    faults.append(f"{name} {value} for {wanted} at {label(node, case)}")
    share = 1 - wrong.total() / max(1, total.total())
    each = all(wrong[name] <= max(1, count * 0.1) for name, count in total.items())
    return Row("style", round(share, 4), share >= 0.98 and each, faults[:8])


def expected(node: Json, got: Json) -> Iterator[Expectation]:
    """What the design says of a layer beside what the browser computed."""
    computed = got["style"]
    yield from _visibility(node, computed)
    if node["type"] == "TEXT":
        yield from _text(node, got)
        return
    yield from _fills(node, got)
    yield from _corners(node, computed)
    yield from _stroke(node, got)
    yield from _shadows(node, computed)


def _visibility(node: Json, got: Json) -> Iterator[Expectation]:
    """Opacity where the design has one, or where there is one and should not be."""
    wanted = float(node.get("opacity", 1))
    if wanted < 1 or got["opacity"] != "1":
        yield "opacity", wanted, got["opacity"]
    if got["visibility"] != "visible":
        yield "visibility", "visible", got["visibility"]


def _fills(node: Json, got: Json) -> Iterator[Expectation]:
    computed = got["style"]
    if solid := _only_solid(node.get("fills")):
        if node["type"] != "ELLIPSE" or got["tag"] != "svg":
            yield "backgroundColor", solid, computed["backgroundColor"]
        return
    kinds = {paint.get("type", "") for paint in _seen(node.get("fills"))}
    if not kinds and _is_plain(node):
        if _alpha(computed["backgroundColor"]):
            yield "backgroundColor", (0, 0, 0, 0.0), computed["backgroundColor"]
        return
    if any(kind.startswith("GRADIENT") for kind in kinds):
        yield "gradient", True, str("gradient(" in computed["backgroundImage"])
    if "IMAGE" in kinds:
        is_image = got["tag"] == "img" or "url(" in computed["backgroundImage"]
        yield "image", True, str(is_image)


def _is_plain(node: Json) -> bool:
    """Whether the layer's look is all in its own fields; notes and widgets have one by kind."""
    return node["type"] in ("FRAME", "INSTANCE", "COMPONENT", "GROUP", "RECTANGLE", "ELLIPSE")


def _corners(node: Json, got: Json) -> Iterator[Expectation]:
    radii = node.get("rectangleCornerRadii") or [node.get("cornerRadius") or 0] * 4
    if node["type"] == "ELLIPSE" or not any(radii):
        return
    for corner, radius in zip(_CORNERS, radii, strict=True):
        yield f"radius{corner}", float(radius or 0), got[f"border{corner}Radius"]


def _stroke(node: Json, got: Json) -> Iterator[Expectation]:
    """Widths by side, and the colour where there is one; a gradient must be a ring of its own."""
    paints = _seen(node.get("strokes"))
    each = node.get("individualStrokeWeights")
    weight = node.get("strokeWeight") or 0
    wanted = (
        [float(each.get(side.lower()) or 0) for side in _SIDES] if each else [float(weight)] * 4
    )
    if not paints or not any(wanted):
        return
    dashes = got.get("dashes") or {}
    widths = got.get("ring") or dashes.get("widths") or _stroke_widths(got["style"])
    if str(paints[-1].get("type", "")).startswith("GRADIENT") and got["tag"] != "img":
        yield "strokeGradient", True, str(bool(got.get("ring")))
    for side, width, found in zip(_SIDES, wanted, widths, strict=True):
        # Chromium rounds the width of a border or outline to whole pixels of the screen.
        rounded = max(1.0, width // 1) if width else 0.0
        yield f"stroke{side}", rounded if found == rounded else width, f"{found}px"
    if solid := _only_solid(node.get("strokes")):
        yield "strokeColor", solid, dashes.get("color") or _stroke_colour(got["style"])
    if node.get("strokeDashes"):
        yield "strokeDashes", True, str(_is_dashed(got))


def _stroke_widths(got: Json) -> list[float]:
    """By side, be it a border, an outline or inset shadows that stand for one."""
    borders = [_pixels(got[f"border{side}Width"]) for side in _SIDES]
    if any(borders):
        return borders
    if got["outlineStyle"] != "none" and _pixels(got["outlineWidth"]):
        return [_pixels(got["outlineWidth"])] * 4
    widths = [0.0] * 4
    for _, (x, y, blur, spread), inset in _parsed(got["boxShadow"]):
        if inset and not blur and not spread:
            for side, reach in enumerate((y, -x, -y, x)):
                widths[side] = max(widths[side], reach)
    return widths


def _is_dashed(got: Json) -> bool:
    style = got["style"]
    drawn = [style["outlineStyle"], *(style[f"border{side}Style"] for side in _SIDES)]
    return bool(got.get("dashes")) or "dashed" in drawn


def _stroke_colour(got: Json) -> str:
    for side in _SIDES:
        if _pixels(got[f"border{side}Width"]):
            return str(got[f"border{side}Color"])
    if got["outlineStyle"] != "none":
        return str(got["outlineColor"])
    return next((colour for colour, _, inset in _parsed(got["boxShadow"]) if inset), "")


def _shadows(node: Json, got: Json) -> Iterator[Expectation]:
    """Each shadow of the design beside the computed one that is nearest to it."""
    computed = _parsed(got["boxShadow"])
    for effect in node.get("effects") or ():
        if effect.get("visible") is False or effect.get("type") not in _SHADOWS:
            continue
        offset = effect.get("offset") or {}
        lengths = [offset.get("x", 0), offset.get("y", 0), effect.get("radius", 0)]
        lengths.append(effect.get("spread", 0))
        inset = effect["type"] == "INNER_SHADOW"
        alike = [
            colour
            for colour, found, inside in computed
            if inside == inset
            and all(abs(a - b) <= 0.1 for a, b in zip(found, lengths, strict=True))
        ]
        colours = [colour for colour in alike if _agree(_rgba(effect.get("color") or {}), colour)]
        yield (
            "shadow",
            _rgba(effect.get("color") or {}),
            (colours or alike or [got["boxShadow"]])[0],
        )


def _parsed(shadows: str) -> list[tuple[str, list[float], bool]]:
    """``(colour, [x, y, blur, spread], inset)`` of each computed shadow."""
    found = []
    for part in re.split(r",(?![^(]*\))", shadows):
        colour = _COLOUR.search(part)
        lengths = [float(number) for number in re.findall(r"(-?[\d.]+(?:e-?\d+)?)px", part)]
        if colour and len(lengths) == 4:
            found.append((colour[0], lengths, "inset" in part))
    return found


def _text(node: Json, got: Json) -> Iterator[Expectation]:
    given, computed = node.get("style") or {}, got["style"]
    if not (node.get("characters") or "").strip():
        return
    if given.get("textAlignHorizontal") in _ALIGN:
        yield "textAlign", _ALIGN[given["textAlignHorizontal"]], computed["textAlign"]
    if any(node.get("characterStyleOverrides") or ()):
        yield from _runs(node, got["runs"])
        if all(number for mark, number in _marks(node) if not mark.isspace()):
            return
    family = computed["fontFamily"].split(",")[0].strip("\"'")
    yield "fontFamily", given.get("fontFamily"), family
    yield "fontSize", float(given.get("fontSize", 0)), computed["fontSize"]
    yield "fontWeight", float(given.get("fontWeight", 400)), computed["fontWeight"]
    if given.get("lineHeightPx"):
        yield "lineHeight", _line_height(node, computed), computed["lineHeight"]
    if given.get("letterSpacing"):
        yield "letterSpacing", float(given["letterSpacing"]), computed["letterSpacing"]
    if given.get("textCase") in _CASES:
        yield "textTransform", _CASES[given["textCase"]], computed["textTransform"]
    if given.get("textDecoration") in _LINES:
        yield "decoration", _LINES[given["textDecoration"]], computed["textDecorationLine"]
    if solid := _only_solid(node.get("fills")):
        yield "color", solid, computed["color"]


def _line_height(node: Json, computed: Json) -> float:
    """As stored, or in whole pixels, in which Figma lays lines of a relative height out.

    It rounds to the nearest, in texts of its first layout version up: 57.2 becomes 57, 16.34 there 17.
    """
    given = node["style"]
    stored = float(given["lineHeightPx"])
    relative = given.get("lineHeightUnit") in ("INTRINSIC_%", "FONT_SIZE_%")
    nearest, upper = math.floor(stored + 0.5), math.ceil(stored - 0.1)
    whole = float(nearest if node.get("layoutVersion") else upper)
    return whole if relative and computed["lineHeight"] == f"{whole:g}px" else stored


def _runs(node: Json, runs: list[Json]) -> Iterator[Expectation]:
    """Size, weight and colour of each run whose style differs, by its first character."""
    shown_as = [run for run in runs for mark in run["text"] if not mark.isspace()]
    table, base = node.get("styleOverrideTable") or {}, node.get("style") or {}
    place = 0
    for number, marks in groupby(_marks(node), key=lambda pair: pair[1]):
        length = sum(not mark.isspace() for mark, _ in marks)
        override = table.get(str(number)) or {}
        if length and place < len(shown_as):
            got, wanted = shown_as[place], {**base, **override}
            yield "run fontSize", float(wanted.get("fontSize", 0)), got["fontSize"]
            yield "run fontWeight", float(wanted.get("fontWeight", 400)), got["fontWeight"]
            if solid := _only_solid(override.get("fills") or node.get("fills")):
                yield "run color", solid, got["color"]
        place += length


def _marks(node: Json) -> Iterator[tuple[str, int]]:
    """Each character with the number of its override; overrides count UTF-16 units."""
    overrides = [int(number or 0) for number in node.get("characterStyleOverrides") or ()]
    unit = 0
    for mark in node.get("characters") or "":
        yield mark, overrides[unit] if unit < len(overrides) else 0
        unit += 2 if ord(mark) > 0xFFFF else 1


def _seen(paints: Any) -> list[Json]:
    return [
        paint
        for paint in paints or ()
        if paint.get("visible") is not False and paint.get("opacity", 1) > 0
    ]


def _only_solid(given: Any) -> tuple[float, ...] | None:
    paints = _seen(given)
    if len(paints) != 1 or paints[0].get("type") != "SOLID":
        return None
    return _rgba(paints[0].get("color") or {}, paints[0].get("opacity", 1))


def _rgba(colour: Json, opacity: float = 1) -> tuple[float, ...]:
    alpha = colour.get("a", 1) * opacity
    return (*(round(colour.get(name, 0) * 255) for name in "rgb"), round(alpha, 2))


def _alpha(colour: str) -> float:
    numbers = [float(part) for part in _NUMBER.findall(colour)]
    return numbers[3] if len(numbers) == 4 else 1.0


def _pixels(value: str) -> float:
    return float(value.removesuffix("px") or 0)


def _agree(wanted: Any, value: str) -> bool:
    if isinstance(wanted, tuple):
        numbers = [float(part) for part in _NUMBER.findall(value)]
        numbers += [1.0] * (4 - len(numbers))
        near = all(abs(a - b) <= 1 for a, b in zip(wanted[:3], numbers[:3], strict=True))
        return near and abs(wanted[3] - numbers[3]) <= 0.02
    if isinstance(wanted, float):
        number = _NUMBER.match(value)
        found = float(number[0]) if number else None
        return found is not None and (abs(found - wanted) <= 0.1 or min(found, wanted) > 900)
    return str(wanted) == value
