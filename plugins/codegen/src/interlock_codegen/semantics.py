"""What a layer means, told from its name and structure; a guess that is unsure is reported."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from interlock_codegen.job import Job

Json = Mapping[str, Any]

_BUTTON = re.compile(r"\b(button|btn|cta)\b", re.IGNORECASE)
_LINK = re.compile(r"\b(link|anchor|hyperlink)\b", re.IGNORECASE)
_INPUT = re.compile(
    r"\b(input|text ?field|search ?(bar|field|box|input)|input ?field)\b", re.IGNORECASE
)
_SWITCHES = {
    "checkbox": re.compile(r"\bcheck ?box\b", re.IGNORECASE),
    "radio": re.compile(r"\bradio\b", re.IGNORECASE),
    "switch": re.compile(r"\b(switch|toggle)\b", re.IGNORECASE),
}
_NAV = re.compile(
    r"^(nav|navbar|nav ?bar|navigation|main ?nav|menu ?bar|breadcrumbs?)\b(?! ?(item|link)\b)",
    re.IGNORECASE,
)
_ANY_FIELD = re.compile(
    r"^((x?small|medium|x?large|default|base|primary|filled|outlined?) )?"
    r"(text )?(input|field)( field)?( base| box)?$",
    re.IGNORECASE,
)
_FIELD_TYPES = {
    "password": re.compile(r"\bpass ?word\b", re.IGNORECASE),
    "email": re.compile(r"\be ?mail\b|\S@\S", re.IGNORECASE),
    "tel": re.compile(r"\b(tele)?phone( number)?\b", re.IGNORECASE),
    "search": re.compile(r"\bsearch\b", re.IGNORECASE),
}
_LANDMARKS = {"header": "header", "footer": "footer", "main": "main", "sidebar": "aside"}
_LIST = re.compile(r"\blist\b", re.IGNORECASE)
_HEADING = re.compile(r"\b(?:h([1-6])|heading|headline|title)\b", re.IGNORECASE)
_TALLEST_CONTROL = 120
_LONGEST_LINK = 60
_DEEPEST_FIELD = 2
"""Levels of a label that assistive tools, and those who check for them, look through."""
_NO_NAME = re.compile(
    r"^(frame|group|rectangle|ellipse|vector|image|img|photo|picture|instance|component|union|"
    r"subtract|shape|mask|bg|background|line|layer|unsplash.*)[\s\d_:./-]*$",
    re.IGNORECASE,
)


def words(name: str) -> str:
    """A layer's name with camel case and separators opened up, for matching whole words."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.sub(r"[\s_/.\-]+", " ", spaced).strip()


def role(node: Json, *, interactive_above: bool) -> str:
    """``button``, ``link``, ``input``, ``nav``, ``list``, a landmark, or ``""``."""
    if node.get("type") not in ("frame", "instance", "group") or node.get("holds_variants"):
        return ""
    name = words(_told_name(node))
    if not interactive_above and (found := _control(name, node)) is not None:
        return found
    if interactive_above:
        return ""
    if _NAV.search(name):
        return "nav"
    return _LANDMARKS.get(name.lower()) or ("list" if _is_list(name, node) else "")


def _told_name(node: Json) -> str:
    component = node.get("component") or {}
    own = str(node.get("name") or "")
    told = str(component.get("name") or "")
    return own if "=" in told or not told else f"{own} {told}"


def _control(name: str, node: Json) -> str | None:
    """The control that a layer small enough for one is; empty if only its name says so."""
    if not 0 < node["box"]["height"] <= _TALLEST_CONTROL:
        return None
    if _INPUT.search(name) and not _has_button(node):
        # What is in a field is called one as well.
        found = _levels_to(node, field_text(node)) <= _DEEPEST_FIELD
        return "input" if found else (None if has_control(node) else "")
    if has_control(node):
        return None
    for pattern, control in ((_BUTTON, "button"), (_LINK, "link")):
        if pattern.search(name):
            return control if len(_texts(node)) <= 2 else ""
    return None


def sounds_like_field(name: str) -> bool:
    """Whether a name is that of a text field."""
    return bool(_INPUT.search(words(name)))


def holds_field(node: Json) -> bool:
    """Whether a layer sounds like a text field, or one below it does."""
    return any(sounds_like_field(str(each.get("name") or "")) for each in (node, *_below(node)))


def switch(name: str) -> str:
    """The ARIA role of what is on or off: ``checkbox``, ``radio``, ``switch``; else empty."""
    plain = words(name)
    return next((role for role, pattern in _SWITCHES.items() if pattern.search(plain)), "")


def has_control(node: Json) -> bool:
    """Whether a button or field stands somewhere below."""
    return any(_names_control(below) for below in _below(node))


def _has_button(node: Json) -> bool:
    return any(
        _names_control(below) and not sounds_like_field(below["name"]) for below in _below(node)
    )


def _names_control(node: Json) -> bool:
    name = words(str(node.get("name") or ""))
    boxed = node.get("type") in ("frame", "instance")
    return boxed and any(p.search(name) for p in (_BUTTON, _INPUT))


def field_text(node: Json) -> str | None:
    """The id of the text that a text field takes its value in; None if that is not to be told.

    Beside the box of the field there may be texts of its own: its label, a hint, an error.
    """
    texts = _texts(node)
    if len(texts) == 1:
        return str(texts[0]["id"])
    children = [child for child in node.get("children") or () if not child.get("hidden")]
    if len(children) == 1:
        return field_text(children[0])
    boxes = [child for child in children if child.get("type") != "text"]
    inside = [text for box in boxes for text in _texts(box)]
    outlined = len(boxes) == 1 and ("stroke" in boxes[0] or "fill" in boxes[0])
    return str(inside[0]["id"]) if outlined and len(inside) == 1 else None


def _levels_to(node: Json, text: str | None) -> float:
    """How many levels below a layer the text of this id stands; infinite if it does not."""
    children = [child for child in node.get("children") or () if not child.get("hidden")]
    if any(str(child["id"]) == text for child in children):
        return 1
    return 1 + min((_levels_to(child, text) for child in children), default=math.inf)


def hugs_width(node: Json, text: str | None) -> bool:
    """Whether the text of this id, below a layer, is as wide as what it says."""
    found = [each for each in _texts(node) if str(each["id"]) == text]
    return bool(found) and found[0]["sizing"]["horizontal"] == "hug"


def field_name(node: Json) -> str:
    """What to call a text field aloud; empty if its name only says that it is one."""
    name = label(node)
    return "" if _ANY_FIELD.match(name) else name


def label_beside(field: Json, parent: Json | None) -> str:
    """What the only text beside a field says, in a box that is no more than a field with its label.

    A mark of what must be filled in is not read aloud.
    """
    if parent is None or not 0 < parent["box"]["height"] <= _TALLEST_CONTROL:
        return ""
    beside = [child for child in parent.get("children") or () if not child.get("hidden")]
    texts = [child for child in beside if child.get("type") == "text"]
    if len(texts) != 1 or len(texts[0]["text"]) > _LONGEST_LINK:
        return ""
    return str(texts[0]["text"]).strip().rstrip("*: ") if _is_before(texts[0], field) else ""


def _is_before(text: Json, field: Json) -> bool:
    """Whether a text stands over a field or to the left of it."""
    ends = (text["box"][at] + text["box"][size] for at, size in (("y", "height"), ("x", "width")))
    return any(end <= field["box"][at] + 1 for end, at in zip(ends, "yx", strict=True))


def field_type(*told: str) -> str:
    """The type of an input for which these words stand: its label, its name, its placeholder."""
    given = words(" ".join(told))
    return next((kind for kind, pattern in _FIELD_TYPES.items() if pattern.search(given)), "text")


def is_labelled(field: Json) -> bool:
    """Whether a text beside the box of a text field says what it is for."""
    return len(_texts(field)) > 1


def says_something(node: Json) -> bool:
    """Whether there are words below that are seen from the start."""
    return any(text["text"].strip() for text in _texts(node))


def _texts(node: Json) -> list[Json]:
    return [below for below in _below(node) if below.get("type") == "text"]


def _below(node: Json) -> list[Json]:
    found: list[Json] = []
    for child in node.get("children") or ():
        if not child.get("hidden"):
            found.append(child)
            found.extend(_below(child))
    return found


def _is_list(name: str, node: Json) -> bool:
    boxes = [c for c in node.get("children") or () if c["type"] in ("frame", "instance")]
    alike = len({child["name"] for child in boxes}) == 1
    every = len(boxes) == len(node.get("children") or ()) and len(boxes) >= 2
    return every and (bool(_LIST.search(name)) or (alike and len(boxes) >= 3))


def looks_like_link(node: Json, job: Job) -> str:
    """What tells that a text is a link: ``name`` or ``underline``; empty if nothing does.

    A layer that is named for its own text says nothing by its name, and a line under a component's
    text may be that of a state.
    """
    name, text = str(node.get("name") or ""), node["text"].strip()
    if not text or len(node["text"]) > _LONGEST_LINK:
        return ""
    if _LINK.search(words(name)) and name.strip() != text:
        return "name"
    is_underlined = job.style(node, "text_style").get("decoration") == "underline"
    return "underline" if is_underlined and job.is_screen and "\n" not in text else ""


@dataclass(frozen=True, slots=True)
class Typescale:
    """What the texts of a screen or component look like beside each other.

    Attributes:
        headings: level by font size, for sizes well above that of the running text.
        running: size and weight of most of the text that is not named a heading; None without any.
    """

    headings: Mapping[float, int]
    running: tuple[float, int] | None


def heading_level(node: Json, scale: Typescale, job: Job) -> int:
    """1 to 6 for a heading, 0 for running text."""
    named = _HEADING.search(words(str(node.get("name") or "")))
    if named and named[1]:
        return int(named[1])
    style = job.style(node, "text_style")
    size = style.get("size", 0)
    if size in scale.headings and len(node["text"]) <= 120 and _is_wording(node["text"]):
        return scale.headings[size]
    if not named or not _is_title(node, named) or not _stands_out(style, scale):
        return 0
    return min(max(scale.headings.values(), default=1) + 1, 6)


def _stands_out(style: Json, scale: Typescale) -> bool:
    """Whether a text is larger than the running text, or as large and bolder."""
    return scale.running is None or (style.get("size", 0), style.get("weight", 0)) > scale.running


def _is_title(node: Json, named: re.Match[str]) -> bool:
    """A layer named for its text ("Title of a book") is no heading; one named "Title" is."""
    return str(node.get("name")) != node["text"] and len(node["text"]) <= 120


def _is_wording(text: str) -> bool:
    """Prices and figures are large too, and head nothing."""
    letters = sum(mark.isalpha() for mark in text)
    return letters >= 2 and letters * 2 >= len("".join(text.split()))


def typescale(root: Json, job: Job) -> Typescale:
    """The sizes that stand out are half as large again as most of the text."""
    amounts: dict[float, int] = {}
    looks: dict[tuple[float, int], int] = {}
    for node in (root, *_below(root)):
        if node.get("type") == "text" and _is_wording(node["text"]):
            style = job.style(node, "text_style")
            size, amount = style.get("size", 0), len(node["text"])
            amounts[size] = amounts.get(size, 0) + amount
            if not _HEADING.search(words(str(node.get("name") or ""))):
                look = (size, style.get("weight", 0))
                looks[look] = looks.get(look, 0) + amount
    if not amounts:
        return Typescale({}, None)
    body = min(max(amounts, key=lambda size: (amounts[size], -size)), 20)
    large = sorted((size for size in amounts if size >= max(20, body * 1.5)), reverse=True)
    headings = {size: min(level, 6) for level, size in enumerate(large, start=1)}
    return Typescale(headings, max(looks, key=lambda look: looks[look], default=None))


def label(node: Json) -> str:
    """What to call a layer aloud; empty if its name says nothing."""
    name = str(node.get("name") or "").strip()
    if "=" in name or _NO_NAME.match(name):
        return ""
    plain = re.sub(r"\b(image|photo|picture|img)s?\b", "", words(name), flags=re.IGNORECASE)
    return re.sub(r"\s+", " ", plain).strip()
