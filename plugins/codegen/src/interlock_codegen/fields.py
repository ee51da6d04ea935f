"""Text fields: the text of a box as the field in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock_codegen import semantics
from interlock_codegen.element import Element, Expression, Text

Json = Mapping[str, Any]


def put_field(box: Element, node: Json, parent: Json | None, *, is_screen: bool) -> None:
    """Make a field of the text in a box.

    Args:
        box: the element of ``node``.
        is_screen: what is typed is known; a component may come to ask for anything.
    """
    text = semantics.field_text(node)
    hugs = semantics.hugs_width(node, text)
    beside = semantics.label_beside(node, parent)
    for holder in box.walk():
        holder.children = [
            _as_field(child, node, hugs, beside)
            if isinstance(child, Element) and child.node == text
            else child
            for child in holder.children
        ]
    for field in (each for each in box.walk() if each.tag == "input" and is_screen):
        told = (beside, semantics.field_name(node), str(field.attributes["placeholder"]))
        field.attributes["type"] = semantics.field_type(*told)


def _as_field(child: Element, node: Json, hugs: bool, beside: str) -> Element:
    """The text's element as the field; its own label is the only name it needs beside a text."""
    text = child.children[0] if child.children else Text("")
    placeholder = child.characters if child.characters.strip() else ""
    field = Element(
        "input", node=child.node, name=child.name, style=dict(child.style), shown_by=child.shown_by
    )
    field.style |= {"min-width": "min-w-0", "outline-style": "outline-none"}
    field.style |= {"placeholder": "placeholder:text-inherit placeholder:opacity-100"}
    if hugs:
        # A field is as wide as twenty letters unless it is told otherwise.
        field.style["field-sizing"] = "field-sizing-content"
    name = beside or semantics.field_name(node)
    field.attributes = {**child.attributes, "type": "text", "placeholder": placeholder}
    if "flex" in child.style or child.style.get("width") == "w-full":
        # What hugs the field is not as wide as twenty letters for its sake.
        field.attributes["size"] = Expression("1")
    if not semantics.is_labelled(node):
        field.attributes["aria-label"] = name or placeholder or "Text"
    if isinstance(text, Text) and text.prop:
        field.attributes["placeholder"] = Expression(text.prop)
    return field
