"""From a simplified tree to elements."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock_codegen import semantics, tailwind
from interlock_codegen.css import background, container, effects, item, room, size, stroke, typeset
from interlock_codegen.css.background import paint_token
from interlock_codegen.css.pinned import is_pinned, pinned
from interlock_codegen.css.shrinking import Shrinking
from interlock_codegen.element import Element, Expression, Style, Text
from interlock_codegen.fields import put_field
from interlock_codegen.job import Job
from interlock_codegen.jsx.classes import shortened
from interlock_codegen.library import Use
from interlock_codegen.masks import window
from interlock_codegen.richtext import (
    blocks,
    content,
    has_blocks,
    is_address,
    list_items,
    list_kind,
)
from interlock_codegen.svg import drawing
from interlock_codegen.wrappers import sole_content

Json = Mapping[str, Any]

_TAGS = {"button": "button", "link": "a", "nav": "nav", "list": "ul"}
_OWN_SIZE = ("width", "height", "min-height", "min-width", "max-height", "rotate", "transform")
_INLINE = frozenset(("label", "a", "span"))
_LANDMARKS = ("header", "footer", "main", "aside")
_MARKS = {"ul": "disc", "ol": "decimal"}
_PHRASING = frozenset(("button", "link", "input"))


@dataclass(frozen=True)
class Around:
    """What stands above an element.

    Attributes:
        phrasing: only inline content is allowed here.
        item: the parent is a list.
        landmark: a part of the page of its own stands above (header, nav, ...).
        nav: this is part of a navigation.
        shrinking: how the parent gets narrower with the viewport.
    """

    parent: Json | None = None
    phrasing: bool = False
    interactive: bool = False
    item: bool = False
    landmark: bool = False
    nav: bool = False
    shrinking: Shrinking = field(default_factory=Shrinking)

    def shrinking_of(self, node: Json) -> Shrinking:
        """How a child gets narrower."""
        return self.shrinking.inside(node, self.parent) if self.parent else self.shrinking


ROOT = Around()


class Builder:
    """Builds one component or screen."""

    def __init__(self, job: Job, root: Json, role: str = "") -> None:
        """``role`` is what the root is taken for, whatever its name says."""
        self._job = job
        self._role = role
        self._root = root
        self._scale = semantics.typescale(root, job)
        self._landmarks: list[str] = []
        self._parts: set[str] = set()
        job.width = root["box"]["width"]

    def build(self, node: Json, around: Around = ROOT) -> Element:
        """The element of a node and all below it."""
        if (referred := self._reference(node, around)) is not None:
            return self._in_view(_as_item(self._driven(referred, node), around), node, around)
        if self._job.is_screen and (inner := sole_content(node, around.parent)) is not None:
            return self.build(inner, around)
        if "figma_type" in node:
            kind = node["figma_type"] or "(none)"
            self._job.warn(node, f"node type {kind} is drawn as a plain box")
        if node["type"] == "vector":
            element = self._drawing(node, around)
        elif node["type"] == "text":
            element = self._text(node, around)
        else:
            element = self._box(node, around)
        element.node = element.node or str(node["id"])
        element.name = str(node["name"])
        if around.parent is None and element.tag in _INLINE:
            element.style.setdefault("display", "block")
        return self._in_view(_as_item(self._driven(element, node), around), node, around)

    def _in_view(self, element: Element, node: Json, around: Around) -> Element:
        """The element, held in view if it is a layer of the page that does not scroll away."""
        on_page = self._job.is_screen and around.parent is self._root
        placed = element.style.get("position") == "absolute"
        if on_page and placed and is_pinned(node):
            return pinned(element, node, self._root)
        return element

    def _driven(self, element: Element, node: Json) -> Element:
        """The element with the properties that show it or put another one in its place."""
        bound = node.get("bindings") or {}
        element.shown_by = self._job.props.get(bound.get("visible") or "")
        element.swapped_by = self._job.props.get(bound.get("swap") or "")
        element.filled_by = self._job.props.get(bound.get("slot") or "")
        return element

    def _reference(self, node: Json, around: Around) -> Element | None:
        """A use of a component that has a file of its own, where it may stand here."""
        library = self._job.library
        if library is None or around.parent is None or "seen_through" in node:
            return None
        found = library.reference(node, self._job.styles)
        if found is None or (around.phrasing and node["type"] != "vector"):
            return None
        use = Element(found.name, name=str(node["name"]), attributes=dict(found.props))
        if "component" in node:
            use.node = str(node["id"])
        inks = self._inks(found)
        style = item.item(node, around.parent, self._job)
        if style.get("position") == "absolute":
            use.style = {**{each: each for each in _filled(node)}, **inks}
            tag = "span" if around.phrasing else "div"
            return Element(tag, style=style, children=[use])
        use.style = {key: value for key, value in style.items() if key not in _OWN_SIZE} | inks
        return use

    def _inks(self, use: Use) -> Style:
        """The colour of an icon, said from outside where it is not the icon's own.

        A component says its own too: in another state or variant it may be another one.
        """
        style: Style = {}
        for ink, (name, differs) in use.inks.items():
            if differs or not self._job.is_screen:
                given = self._job.styles[name]
                paint = given["paints"][-1]
                token = paint_token(paint, given.get("style"), self._job)
                key = f"other {ink}" if differs else f"own {ink}"
                style[key] = f"**:{ink}-{token or '[' + paint['color'] + ']'}"
        return style

    def _drawing(self, node: Json, around: Around) -> Element:
        element = drawing(node, self._job)
        element.style |= item.item(node, around.parent, self._job)
        element.style |= effects.finish(node, self._job)
        element.style |= effects.drop_shadows(node, "drop-shadow", self._job)
        element.style |= size.own_size(node, element.style, self._job)
        if element.style.get("position") != "absolute":
            element.style.setdefault("flex-shrink", "shrink-0")
        return element

    def _text(self, node: Json, around: Around) -> Element:
        job = self._job
        level = 0 if around.phrasing else semantics.heading_level(node, self._scale, job)
        tag = f"h{level}" if level else ("span" if around.phrasing else "p")
        style: Style = {
            **item.item(node, around.parent, job),
            **typeset.setting(node, around.parent, job),
            **typeset.font(node, job),
            **typeset.on_phone(node, job),
            **typeset.ink(node, job),
            **typeset.contour(node, job),
            **effects.finish(node, job),
            **effects.drop_shadows(node, "text-shadow", job),
        }
        if not node["text"].strip():
            # Figma keeps a line open where there is nothing to read.
            style.setdefault("min-height", tailwind.length("min-h", node["box"]["height"]))
        element = self._written(node, Element(tag, style=style), around)
        if typeset.reads_leftwards(node):
            element.attributes["dir"] = "auto"
        return element

    def _written(self, node: Json, element: Element, around: Around) -> Element:
        """The element of a text with what is written in it, as one paragraph, several or a list."""
        job, style = self._job, element.style
        prop = job.props.get((node.get("bindings") or {}).get("text") or "")
        kind = "" if prop or around.phrasing else list_kind(node)
        if kind:
            style.pop("white-space", None)
            style["list-style-type"] = f"list-{_MARKS[kind]}"
            style["padding-inline-start"] = "ps-[1.5em]"
            return Element(kind, style=style, children=list_items(node))
        if not prop and not around.phrasing and has_blocks(node):
            style.pop("white-space", None)
            return Element("div", style=style, children=blocks(node, job, not around.interactive))
        element.children = content(node, prop, job, not around.interactive)
        target = "" if around.interactive else self._target(node)
        if target:
            link = Element("a", attributes={"href": target}, children=element.children)
            element.children = [link]
        return element

    def _target(self, node: Json) -> str:
        """Where a text leads as a whole; empty if it is no link."""
        if href := (node.get("text_box") or {}).get("href"):
            return str(href) if is_address(str(href)) else ""
        if told := semantics.looks_like_link(node, self._job):
            self._job.warn(node, f"taken for a link by its {told}; its target is not in the design")
        return "/" if told else ""

    def _box(self, node: Json, around: Around) -> Element:
        job = self._job
        role = semantics.role(node, interactive_above=around.interactive)
        if around.parent is None and self._role:
            role = self._role
        if role == "input":
            return self._input(node, around)
        line = stroke.stroke(node, job)
        image = background.only_image(node, job)
        shrinking = around.shrinking_of(node)
        style: Style = {
            **container.container(node, line.border, job, shrinking),
            **item.item(node, around.parent, job),
            **({} if image else background.background(node, job)),
            **line.style,
            **effects.corners(node, job),
            **effects.shadows(node, line.shadows, job),
            **effects.finish(node, job),
            **effects.clip(node, page=job.is_screen and around.parent is None),
            **window(node, job),
        }
        holds = node.get("children") and not room.flows(node)
        if "position" not in style and (holds or line.is_ring):
            style["position"] = "relative"
        if image:
            return self._image(node, image, style, around)
        if role in _LANDMARKS and not self._is_landmark(role, node, around):
            role = ""
        if role == "nav" and around.nav:
            role = ""
        element = Element(_tag(role, around), style=style)
        if role == "list" and (overlap := _wrapped_gap(style.get("gap", ""))):
            element.style["wrapped gap"] = overlap
        self._describe(element, role, node)
        if "scrolls" in node and not around.interactive and role not in _PHRASING:
            element.attributes["tabIndex"] = Expression("scrollTabIndex")
        if background.is_cropped(node, job) and (alt := semantics.label(node)):
            element.attributes |= {"role": "img", "aria-label": alt}
        inside = Around(
            parent=node,
            phrasing=around.phrasing or role in _PHRASING,
            interactive=around.interactive or role in _PHRASING,
            item=role == "list",
            landmark=around.landmark or role in _LANDMARKS or role == "nav",
            nav=around.nav or role == "nav",
            shrinking=shrinking,
        )
        element.children = self._children(node, inside)
        return element

    def _children(self, node: Json, inside: Around) -> list[Element | Text]:
        """The children; one that is hidden is there only if a property can show it."""
        built = [self.build(child, inside) for child in node.get("children") or ()]
        pairs = zip(node.get("children") or (), built, strict=True)
        return [element for child, element in pairs if not child.get("hidden") or element.shown_by]

    def _describe(self, element: Element, role: str, node: Json) -> None:
        if role == "button":
            element.attributes["type"] = "button"
            centred = element.style.get("justify-content") == "justify-center"
            if room.holds_text(node) and not centred:
                # A browser centres what is written in a button.
                element.style.setdefault("text-align", "text-left")
            if not semantics.says_something(node):
                element.attributes["aria-label"] = semantics.label(node) or "Button"
        elif role == "link":
            element.attributes["href"] = "/"
            if not semantics.says_something(node):
                element.attributes["aria-label"] = semantics.label(node) or "Link"
            self._job.warn(node, "taken for a link by its name; its target is not in the design")
        elif role == "nav":
            element.attributes["aria-label"] = self._landmark(semantics.label(node) or "Navigation")

    def _is_landmark(self, role: str, node: Json, around: Around) -> bool:
        """Whether a layer named header, footer, ... is that of the page, not of some card in it.

        A page has one of each, across most of it; a sidebar is narrow.
        """
        wide = node["box"]["width"] >= self._job.width / 2 or role == "aside"
        if around.landmark or around.parent is None or not wide or role in self._parts:
            return False
        self._parts.add(role)
        return True

    def _landmark(self, name: str) -> str:
        """The name of a landmark, numbered where another one has it already."""
        self._landmarks.append(name)
        number = self._landmarks.count(name)
        return name if number == 1 else f"{name} {number}"

    def _image(self, node: Json, paint: Json, style: Style, around: Around) -> Element:
        fit = {"cover": "object-cover", "contain": "object-contain"}.get(paint["scale"])
        style["object-fit"] = fit or "object-fill"
        style |= background.adjustments(node, paint, self._job)
        if around.parent and node["box"]["width"] > around.parent["box"]["width"]:
            # Tailwind's reset lets no image be wider than what holds it.
            style.setdefault("max-width", "max-w-none")
        alt = semantics.label(node)
        source = self._job.image(node, paint["ref"])
        return Element("img", style=style, attributes={"src": source, "alt": alt})

    def _input(self, node: Json, around: Around) -> Element:
        """A text field: the box's look on a label, its text as the placeholder."""
        job = self._job
        line = stroke.stroke(node, job)
        style: Style = {
            **container.container(node, line.border, job, around.shrinking_of(node)),
            **item.item(node, around.parent, job),
            **background.background(node, job),
            **line.style,
            **effects.corners(node, job),
            **effects.shadows(node, line.shadows, job),
            **effects.finish(node, job),
        }
        element = Element("label", style=style)
        shrinking = around.shrinking_of(node)
        inside = Around(parent=node, phrasing=True, interactive=True, shrinking=shrinking)
        element.children = self._children(node, inside)
        job.warn(node, "taken for a text field by its name; check its type and label")
        put_field(element, node, around.parent, is_screen=job.is_screen)
        return element


def _wrapped_gap(gap: str) -> str:
    """The overlap of items that are no boxes themselves: what they hold must have it."""
    found = re.fullmatch(r"(-?)space-([xy])(-.+)", gap)
    if found is None:
        return ""
    sign, axis, amount = found.groups()
    return f"[&>.contents:not(:last-child)>*]:{sign}m{'r' if axis == 'x' else 'b'}{amount}"


def _filled(node: Json) -> list[str]:
    """What makes a component that stretches with its parent as large as the box around it."""
    rules = node.get("constraints") or {}
    sides = (("horizontal", "w-full!"), ("vertical", "h-full!"))
    return shortened(each for axis, each in sides if rules.get(axis) in ("stretch", "scale"))


def _tag(role: str, around: Around) -> str:
    if role in _LANDMARKS:
        return role
    return _TAGS.get(role, "span" if around.phrasing else "div")


def _as_item(element: Element, around: Around) -> Element:
    if not around.item:
        return element
    if element.tag == "div":
        element.tag = "li"
        return element
    return Element("li", children=[element], style={"display": "contents"})
