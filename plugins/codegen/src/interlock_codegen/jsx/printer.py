"""Elements as lines of TSX."""

from __future__ import annotations

from interlock_codegen.element import Element, Expression, Text
from interlock_codegen.jsx.classes import shortened
from interlock_codegen.jsx.text import jsx_attribute, jsx_text, quoted

_STEP = "  "


class Printer:
    """Prints one component's elements.

    Args:
        node_ids: mark each element with its layer's id.
        nested: this may stand inside of an instance, which puts its id before the layer's.
        root: takes the ``className`` property after its own classes.
    """

    def __init__(self, *, node_ids: bool, root: Element, nested: bool = False) -> None:
        self._node_ids = node_ids
        self._nested = nested
        self._root = root

    def element(self, element: Element, depth: int) -> list[str]:
        """The lines of an element as an expression of its own."""
        return self._element(element, _STEP * depth)

    def _child(self, child: Element | Text, pad: str) -> list[str]:
        if isinstance(child, Text):
            return [f"{pad}{_text(child)}"]
        if child.swapped_by:
            inner = self._element(child, pad + _STEP)
            lines = [f"{pad}{{{child.swapped_by} ?? (", *inner, f"{pad})}}"]
            if child.shown_by:
                lines[0] = f"{pad}{{{child.shown_by} && ({child.swapped_by} ?? ("
                lines[-1] = f"{pad}))}}"
            return lines
        if child.shown_by:
            return [
                f"{pad}{{{child.shown_by} && (",
                *self._element(child, pad + _STEP),
                f"{pad})}}",
            ]
        return self._element(child, pad)

    def _element(self, element: Element, pad: str) -> list[str]:
        opening = f"{pad}<{element.tag}{self._attributes(element)}"
        closing = f"</{element.tag}>"
        if element.filled_by:
            return [f"{opening}>", *self._slot(element, pad + _STEP), f"{pad}{closing}"]
        if not element.children:
            return [f"{opening} />"]
        if len(element.children) == 1 and isinstance(element.children[0], Text):
            return [f"{opening}>{_text(element.children[0])}{closing}"]
        lines = [f"{opening}>"]
        for child in element.children:
            lines.extend(self._child(_in_series(child), pad + _STEP))
        return [*lines, f"{pad}{closing}"]

    def _slot(self, element: Element, pad: str) -> list[str]:
        """The node that was given, else what the design shows in its place."""
        if not element.children:
            return [f"{pad}{{{element.filled_by}}}"]
        only = element.children[0] if len(element.children) == 1 else None
        if isinstance(only, Element) and not (only.shown_by or only.swapped_by):
            inner = self._element(only, pad + _STEP)
            return [f"{pad}{{{element.filled_by} ?? (", *inner, f"{pad})}}"]
        inner = [line for child in element.children for line in self._child(child, f"{pad}    ")]
        return [
            f"{pad}{{{element.filled_by} ?? (",
            f"{pad}  <>",
            *inner,
            f"{pad}  </>",
            f"{pad})}}",
        ]

    def _attributes(self, element: Element) -> str:
        parts = []
        for name, value in element.attributes.items():
            if value is True:
                parts.append(f" {name}")
            elif isinstance(value, Expression):
                parts.append(f" {name}={{{value}}}")
            elif isinstance(value, str):
                parts.append(f" {name}={jsx_attribute(value)}")
        parts.append(self._class_name(element))
        if self._node_ids and element.node:
            parts.append(self._node_id(element))
        return "".join(parts)

    def _class_name(self, element: Element) -> str:
        classes = " ".join(shortened(element.style.values()))
        dynamic = [f"${{{choice}}}" for choice in element.choices]
        if element is self._root:
            dynamic.append("${className}")
        if len(element.choices) == 1 and not classes and element is not self._root:
            return f" className={{{element.choices[0]}}}"
        if dynamic:
            return " className={`" + " ".join(filter(None, [classes, *dynamic])) + "`}"
        return f" className={jsx_attribute(classes)}" if classes else ""

    def _node_id(self, element: Element) -> str:
        node = element.node
        value = str(node) if isinstance(node, Expression) else f'"{node}"'
        name = "nodeId" if element.is_component else "data-node-id"
        if not self._nested:
            return f" {name}={{{value}}}" if value != f'"{node}"' else f" {name}={value}"
        if element is self._root:
            return f" {name}={{nodeId ?? {value}}}"
        return f" {name}={{at(nodeId, {value})}}"


def _in_series(child: Element | Text) -> Element | Text:
    """Beside siblings a text must say its blanks: JSX drops those at the ends of lines."""
    if isinstance(child, Text) and child.prop is None and child.choice is None:
        return Text(child.value, choice=Expression(quoted(child.value)))
    return child


def _text(text: Text) -> str:
    if text.prop:
        return f"{{{text.prop} ?? {text.choice}}}" if text.choice else f"{{{text.prop}}}"
    return f"{{{text.choice}}}" if text.choice else jsx_text(text.value)
