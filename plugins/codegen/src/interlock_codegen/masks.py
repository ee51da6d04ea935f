"""Shapes of a drawing that are seen through others, and boxes that are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from interlock_codegen import tailwind
from interlock_codegen.element import Element, Style
from interlock_codegen.inks import reference
from interlock_codegen.job import Job

Json = Mapping[str, Any]
Drawn = Callable[[Json], Element]

_LONGEST_PATH = 4000
"""Characters of an outline that a class may hold."""


def masked(node: Json, drawn: Drawn) -> Iterator[Element]:
    """The shapes of a drawing in order, those behind a mask in a group seen through it."""
    shown = [shape for shape in node["shapes"] if not shape.get("mask")]
    yield from _level(shown, node, 0, drawn)


def _level(shapes: Sequence[Json], node: Json, depth: int, drawn: Drawn) -> Iterator[Element]:
    for mask, group in groupby(shapes, key=lambda shape: _mask_at(shape, depth)):
        if mask is None:
            yield from map(drawn, group)
            continue
        parts = [node["shapes"][place] for place in mask]
        identity = reference("mask", str(parts[0]["id"]))
        inside = list(_level(list(group), node, depth + 1, drawn))
        is_cut = parts[0]["mask"] == "outline"
        yield Element("defs", children=[_definition(parts, identity, is_cut, drawn)])
        attribute = "clipPath" if is_cut else "mask"
        yield Element("g", attributes={attribute: f"url(#{identity})"}, children=list(inside))


def _mask_at(shape: Json, depth: int) -> tuple[int, ...] | None:
    given = shape.get("masked_by") or ()
    return tuple(given[depth]) if depth < len(given) else None


def _definition(parts: Sequence[Json], identity: str, is_cut: bool, drawn: Drawn) -> Element:
    shapes = [drawn(part) for part in parts]
    for below in (each for shape in shapes for each in shape.walk()):
        # What is not painted itself is no layer to be looked for.
        below.node = ""
    if is_cut:
        return Element("clipPath", attributes={"id": identity}, children=_flat(shapes))
    made = Element("mask", attributes={"id": identity}, children=list(shapes))
    kind = str(parts[0]["mask"])
    return made if kind == "luminance" else _by_alpha(made)


def _by_alpha(mask: Element) -> Element:
    mask.style["mask-type"] = "mask-type-alpha"
    return mask


def _flat(shapes: Sequence[Element]) -> list[Any]:
    """A clip path may hold no groups."""
    found: list[Any] = []
    for shape in shapes:
        if shape.tag != "g":
            found.append(shape)
            continue
        for child in shape.children:
            if isinstance(child, Element):
                child.attributes |= {
                    key: value for key, value in shape.attributes.items() if key == "transform"
                }
                found.append(child)
    return found


def window(node: Json, job: Job) -> Style:
    """Classes of a box through whose shape or paint its children are seen."""
    style: Style = {}
    path = str(node.get("clip_path") or "")
    if len(path) > _LONGEST_PATH:
        job.warn(node, "the outline of this mask is too long for a class; its box clips instead")
    elif path:
        style["clip-path"] = tailwind.declaration("clip-path", f"path('{path}')")
    mask = node.get("mask") or {}
    paint = mask.get("paint") or {}
    if paint.get("type") == "image":
        style["mask-image"] = tailwind.declaration(
            "mask-image", f"url('{job.image(node, paint['ref'])}')"
        )
        style["mask-size"] = tailwind.declaration("mask-size", "cover")
    elif "css" in paint or "color" in paint:
        css = paint.get("css") or f"linear-gradient({paint['color']},{paint['color']})"
        style["mask-image"] = tailwind.declaration("mask-image", str(css))
    if style and mask.get("kind") == "luminance":
        style["mask-mode"] = tailwind.declaration("mask-mode", "luminance")
    return style
