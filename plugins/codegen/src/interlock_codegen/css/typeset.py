"""Texts: font, colour, alignment, wrapping."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from typing import Any

from interlock_codegen import tailwind
from interlock_codegen.css.background import as_one, paint_token
from interlock_codegen.element import Style
from interlock_codegen.job import Job

Json = Mapping[str, Any]

_CASES = {
    "small-caps": "[font-variant-caps:small-caps]",
    "all-small-caps": "[font-variant-caps:all-small-caps]",
}
_ALIGN = {"center": "text-center", "right": "text-right", "justified": "text-justify"}

_LONGEST_WORD = 15
"""Characters; what is longer is an address, a key, a file's name."""
_PHONE, _PHONE_LINE = 390, 280
_SMALL_VIEWPORT = 640
"""Pixels: a phone, a line on it, and how wide what was drawn for one is at most."""
_LETTER = 0.6
"""Of the size of a font, what a letter takes across."""


def font(node: Json, job: Job) -> Style:
    """Font, size, weight, line height, spacing and case of a text or of a run in it."""
    text = job.style(node, "text_style")
    if not text:
        return {}
    job.fonts.add(text["family"])
    style = _metrics(node, text, job)
    if text.get("italic"):
        style["font-style"] = "italic"
    if "case" in text:
        style["text-transform"] = _CASES.get(text["case"], str(text["case"]))
    if "decoration" in text:
        style["text-decoration"] = text["decoration"]
    if "features" in text:
        written = ",".join(f"'{name}' {on}" for name, on in text["features"].items())
        style["font-feature-settings"] = tailwind.declaration("font-feature-settings", written)
    return style


def _metrics(node: Json, text: Json, job: Job) -> Style:
    plain = {key: value for key, value in text.items() if key != "style"}
    reference = text.get("style")
    token = job.token("typography", reference, plain)
    family = (
        job.token("font", reference, text["family"])
        or _bound(node, "fontFamily", "font", text["family"], job)
        or job.token("font", f"family:{text['family']}", text["family"])
    )
    style: Style = {"font-family": f"font-{family}" if family else _family(text["family"])}
    if token:
        return style | {"font-size": f"text-{token}"}
    size = _bound(node, "fontSize", "font_size", text["size"], job)
    weight = _bound(node, "fontWeight", "font_weight", text["weight"], job)
    style["font-size"] = f"text-{size}" if size else _size(text)
    style["font-weight"] = f"font-{weight}" if weight else tailwind.weight(text["weight"])
    if "line_height" in text:
        line = _bound(node, "lineHeight", "line_height", text["line_height"], job)
        style["line-height"] = tailwind.length("leading", text["line_height"], line)
    if "letter_spacing" in text:
        spacing = text["letter_spacing"]
        tracking = _bound(node, "letterSpacing", "letter_spacing", spacing, job)
        amount = tracking or f"[{tailwind.pixels(spacing)}]"
        style["letter-spacing"] = f"tracking-{amount}"
    return style


def _size(text: Json) -> str:
    """The size's name, which brings a line height, only where the text has one of its own."""
    plain = f"text-[{tailwind.pixels(text['size'])}]"
    return tailwind.text_size(text["size"]) if "line_height" in text else plain


def _bound(node: Json, field: str, kind: str, value: Any, job: Job) -> str | None:
    return job.token(kind, (node.get("variables") or {}).get(field), value)


def _family(family: str) -> str:
    return f"font-['{tailwind.escaped(family)}',sans-serif]"


def ink(node: Json, job: Job) -> Style:
    """The colour of a text; a gradient shows through its letters."""
    fill = job.style(node, "fill")
    paints = [paint for paint in fill.get("paints") or () if paint["type"] != "unknown"]
    if not paints:
        return {"color": "text-transparent"} if node.get("unpainted") else {}
    top = as_one(paints)
    if top["type"] == "solid":
        token = paint_token(top, fill.get("style"), job)
        return {"color": tailwind.colour("text", top["color"], token)}
    if top["type"] == "image":
        job.warn(node, "an image inside of letters is left out")
        return {}
    return {
        "background-image": tailwind.arbitrary("bg", top["css"]),
        "background-clip": "bg-clip-text",
        "color": "text-transparent",
    }


def contour(node: Json, job: Job) -> Style:
    """The stroke of letters, which CSS draws over their edge and Figma around them."""
    line = job.style(node, "stroke")
    paint: Json = as_one(line.get("paints") or ({},))
    width = line.get("width") or 0
    if width and "color" not in paint:
        job.warn(node, f"a stroke of type {paint['type']} around letters is left out")
    if not width or "color" not in paint:
        return {}
    if line["align"] == "outside":
        width *= 2
    drawn = tailwind.declaration(
        "-webkit-text-stroke", f"{tailwind.pixels(width)} {paint['color']}"
    )
    below = {} if line["align"] == "center" else {"paint-order": "[paint-order:stroke_fill]"}
    return {"text-stroke": drawn, **below}


def setting(node: Json, parent: Json | None, job: Job) -> Style:
    """Alignment, wrapping and truncation in the text's box."""
    box = node.get("text_box") or {}
    style: Style = {}
    if box.get("align") in _ALIGN:
        style["text-align"] = _ALIGN[box["align"]]
    elif reads_leftwards(node):
        style["text-align"] = "text-left"
    if box.get("resize") not in ("hug", "height") and box.get("valign") in ("center", "bottom"):
        style["align-content"] = "content-end" if box["valign"] == "bottom" else "content-center"
    if box.get("resize") == "truncate":
        style |= _truncated(int(box.get("max_lines") or 1))
    elif kept := _white_space(node["text"]):
        style["white-space"] = kept
    elif box.get("resize") == "hug" and _overflows(node, parent):
        style["white-space"] = "whitespace-nowrap"
    if job.is_screen and _holds_address(node):
        # An address in a narrow cell gives way; a word would be broken only to be misread.
        style["overflow-wrap"] = "wrap-anywhere"
    return style


def reads_leftwards(node: Json) -> bool:
    """Whether the first letter of a text is of a script that is written from right to left."""
    kinds = (unicodedata.bidirectional(mark) for mark in node["text"])
    return next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L"


def _holds_address(node: Json) -> bool:
    return any(len(word) > _LONGEST_WORD for word in node["text"].split())


def longest_word(node: Json, job: Job) -> float:
    """About the width in pixels below which a text breaks within a word; 0 for what is no text."""
    cut = (node.get("text_box") or {}).get("resize") == "truncate"
    if node["type"] != "text" or cut or _holds_address(node):
        return 0.0
    letters = max(map(len, node["text"].split()), default=0)
    return float(job.style(node, "text_style").get("size", 0) * _LETTER * letters)


def on_phone(node: Json, job: Job) -> Style:
    """A smaller size for letters so large that a word of them is wider than a phone."""
    word, room = longest_word(node, job), _phone_line(node, job)
    if word <= room or job.width < _SMALL_VIEWPORT:
        return {}
    text = job.style(node, "text_style")
    size = math.floor(text["size"] * room / word)
    style: Style = {"max-md font-size": f"max-md:text-[{size}px]"}
    if "line_height" in text:
        ratio = tailwind.number(round(text["line_height"] / text["size"], 2))
        style["max-md line-height"] = f"max-md:leading-[{ratio}]"
    return style


def _phone_line(node: Json, job: Job) -> float:
    """Pixels of a line on a phone: what is left beside all that is around it in the design."""
    width = node["box"]["width"]
    if width < job.width / 2:
        return _PHONE_LINE
    return float(min(max(_PHONE - (job.width - width), _PHONE_LINE / 2), _PHONE_LINE))


def _white_space(text: str) -> str:
    """What keeps line breaks and inner blanks; blanks at the ends count for nothing in Figma."""
    lines = text.replace("\u2028", "\n").split("\n")
    if any("  " in line.strip(" ") for line in lines):
        return "whitespace-pre-wrap"
    return "whitespace-pre-line" if len(lines) > 1 else ""


def _truncated(lines: int) -> Style:
    return {"overflow": "truncate"} if lines == 1 else {"line-clamp": f"line-clamp-{lines}"}


def _overflows(node: Json, parent: Json | None) -> bool:
    """A text that keeps one line although its parent is narrower."""
    if parent is None:
        return False
    left, right = ((parent.get("layout") or {}).get("padding") or (0, 0, 0, 0))[3::-2]
    return bool(node["box"]["width"] > parent["box"]["width"] - left - right + 0.5)
