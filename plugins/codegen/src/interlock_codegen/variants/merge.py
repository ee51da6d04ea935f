"""Elements of the same structure as one element, with tables for what differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from interlock_codegen.element import Element, Expression, Text
from interlock_codegen.names import constant
from interlock_codegen.variants.axes import Axis
from interlock_codegen.variants.tables import Tables, Values

_TOLD = 20
"""Characters of a text that a layer's name may repeat."""


@dataclass(frozen=True)
class Member:
    """One variant: its values by axis name, and what it looks like."""

    values: Values
    element: Element


def merge(
    members: Sequence[Member], axes: Sequence[Axis], tables: Tables, *, node_ids: bool
) -> Element:
    """One element for all; they are of the same structure."""
    return _Merging(axes, tables, node_ids).elements(
        [m.values for m in members], [m.element for m in members]
    )


class _Merging:
    def __init__(self, axes: Sequence[Axis], tables: Tables, node_ids: bool) -> None:
        self._axes = [axis for axis in axes if axis.is_choice]
        self._tables = tables
        self._node_ids = node_ids

    def elements(self, values: Sequence[Values], elements: Sequence[Element]) -> Element:
        first = elements[0]
        merged = Element(
            first.tag,
            name=first.name,
            attributes=dict(first.attributes),
            shown_by=first.shown_by,
            swapped_by=first.swapped_by,
            filled_by=first.filled_by,
            only_in=first.only_in,
        )
        self._styles(values, elements, merged)
        self._attributes(values, elements, merged)
        if self._node_ids:
            merged.node = self._one(values, [element.node for element in elements], first, "ids")
        for children in zip(*(element.children for element in elements), strict=True):
            merged.children.append(self._child(values, children, first))
        return merged

    def _child(
        self, values: Sequence[Values], children: Sequence[Element | Text], holder: Element
    ) -> Element | Text:
        texts = [child for child in children if isinstance(child, Text)]
        if not texts:
            return self.elements(values, [c for c in children if isinstance(c, Element)])
        written = self._one(values, [text.value for text in texts], holder, "texts")
        choice = written if isinstance(written, Expression) else None
        return Text(texts[0].value, texts[0].prop, choice)

    def _styles(self, values: Sequence[Values], elements: Sequence[Element], into: Element) -> None:
        keys = dict.fromkeys(key for element in elements for key in element.style)
        differing: dict[tuple[str, ...], list[str]] = {}
        for key in keys:
            classes = [element.style.get(key, "") for element in elements]
            if len(set(classes)) == 1:
                into.style[key] = classes[0]
            else:
                differing.setdefault(self._depends_on(values, classes), []).append(key)
        for names, grouped in differing.items():
            joined = [
                " ".join(filter(None, (element.style.get(key) for key in grouped)))
                for element in elements
            ]
            subject = _subject(elements[0], "classes")
            into.choices.append(self._choice(values, joined, names, subject))

    def _attributes(
        self, values: Sequence[Values], elements: Sequence[Element], into: Element
    ) -> None:
        for key in dict.fromkeys(key for element in elements for key in element.attributes):
            given = [element.attributes.get(key, "") for element in elements]
            if any(isinstance(value, bool | Expression) for value in given):
                continue
            into.attributes[key] = self._one(values, [*map(str, given)], elements[0], f"{key}s")

    def _one(self, values: Sequence[Values], given: Sequence[str], of: Element, what: str) -> str:
        """The value if all agree, else the expression that looks it up."""
        if len(set(given)) == 1:
            return given[0]
        return self._choice(values, given, self._depends_on(values, given), _subject(of, what))

    def _depends_on(self, values: Sequence[Values], given: Sequence[str]) -> tuple[str, ...]:
        """The fewest axes that tell which value it is."""
        names = [axis.name for axis in self._axes]
        for size in range(1, len(names)):
            for chosen in combinations(names, size):
                if _determines(chosen, values, given):
                    return chosen
        return tuple(names)

    def _choice(
        self, values: Sequence[Values], given: Sequence[str], names: tuple[str, ...], subject: str
    ) -> Expression:
        axes = [axis for axis in self._axes if axis.name in names]
        return self._tables.lookup(subject, axes, [*zip(values, given, strict=True)])


def _subject(element: Element, what: str) -> str:
    """``labelClasses`` for the classes of the layer "Label"."""
    # The root of a variant is named for what it chooses, a text often for what it says.
    name = "root" if "=" in element.name else element.name
    text = element.children[0] if element.children else None
    if isinstance(text, Text):
        name = text.prop or ("text" if name.startswith(text.value[:_TOLD]) else name)
    elif element.attributes.get("placeholder") == name:
        name = "field"
    return constant(name or element.tag, what)


def _determines(names: Sequence[str], values: Sequence[Values], given: Sequence[str]) -> bool:
    seen: dict[tuple[str, ...], str] = {}
    for each, value in zip(values, given, strict=True):
        key = tuple(each.get(name, "") for name in names)
        if seen.setdefault(key, value) != value:
            return False
    return True
