"""Elements of the same structure as one element, with tables for what differs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from interlock_codegen.element import Element, Expression, Text
from interlock_codegen.variants.axes import Axis

Values = Mapping[str, str]


@dataclass
class Tables:
    """Constants of the module that is being made, by content."""

    lines: list[str] = field(default_factory=list)
    _known: dict[str, str] = field(default_factory=dict)

    def name_of(self, axes: Sequence[Axis], entries: Mapping[str, str]) -> str:
        """The name of the table with these entries."""
        body = "".join(
            f"  {json.dumps(key, ensure_ascii=False)}: {json.dumps(value, ensure_ascii=False)},\n"
            for key, value in entries.items()
        )
        if body not in self._known:
            by = "And".join(axis.identifier[0].upper() + axis.identifier[1:] for axis in axes)
            name = f"by{by}{len(self._known) + 1}"
            self._known[body] = name
            self.lines.append(f"const {name}: Record<string, string> = {{\n{body}}};")
        return self._known[body]


@dataclass(frozen=True)
class Member:
    """One variant: its values by axis name, and what it looks like."""

    values: Values
    element: Element


def merge(members: Sequence[Member], axes: Sequence[Axis], tables: Tables) -> Element:
    """One element for all; they are of the same structure."""
    return _Merging(axes, tables).elements(
        [m.values for m in members], [m.element for m in members]
    )


class _Merging:
    def __init__(self, axes: Sequence[Axis], tables: Tables) -> None:
        self._axes = [axis for axis in axes if axis.is_choice]
        self._tables = tables

    def elements(self, values: Sequence[Values], elements: Sequence[Element]) -> Element:
        first = elements[0]
        merged = Element(
            first.tag,
            attributes=dict(first.attributes),
            shown_by=first.shown_by,
            swapped_by=first.swapped_by,
            only_in=first.only_in,
        )
        self._styles(values, elements, merged)
        self._attributes(values, elements, merged)
        merged.node = self._one(values, [element.node for element in elements])
        for children in zip(*(element.children for element in elements), strict=True):
            merged.children.append(self._child(values, children))
        return merged

    def _child(
        self, values: Sequence[Values], children: Sequence[Element | Text]
    ) -> Element | Text:
        texts = [child for child in children if isinstance(child, Text)]
        if not texts:
            return self.elements(values, [c for c in children if isinstance(c, Element)])
        written = self._one(values, [text.value for text in texts])
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
            into.choices.append(self._choice(values, joined, names))

    def _attributes(
        self, values: Sequence[Values], elements: Sequence[Element], into: Element
    ) -> None:
        for key in dict.fromkeys(key for element in elements for key in element.attributes):
            given = [element.attributes.get(key, "") for element in elements]
            if any(isinstance(value, bool | Expression) for value in given):
                continue
            into.attributes[key] = self._one(values, [str(value) for value in given])

    def _one(self, values: Sequence[Values], given: Sequence[str]) -> str:
        """The value if all agree, else the expression that looks it up."""
        if len(set(given)) == 1:
            return given[0]
        return self._choice(values, given, self._depends_on(values, given))

    def _depends_on(self, values: Sequence[Values], given: Sequence[str]) -> tuple[str, ...]:
        """The fewest axes that tell which value it is."""
        names = [axis.name for axis in self._axes]
        for size in range(1, len(names)):
            for chosen in combinations(names, size):
                if _determines(chosen, values, given):
                    return chosen
        return tuple(names)

    def _choice(
        self, values: Sequence[Values], given: Sequence[str], names: tuple[str, ...]
    ) -> Expression:
        axes = [axis for axis in self._axes if axis.name in names]
        entries: dict[str, str] = {}
        for each, value in zip(values, given, strict=True):
            entries.setdefault(variant_key(axes, each), value)
        table = self._tables.name_of(axes, entries)
        return Expression(f'({table}[{key_expression(axes)}] ?? "")')


def _determines(names: Sequence[str], values: Sequence[Values], given: Sequence[str]) -> bool:
    seen: dict[tuple[str, ...], str] = {}
    for each, value in zip(values, given, strict=True):
        key = tuple(each.get(name, "") for name in names)
        if seen.setdefault(key, value) != value:
            return False
    return True


def variant_key(axes: Sequence[Axis], values: Values) -> str:
    """The key of a variant in a table, e.g. ``Large/On``."""
    return "/".join(values.get(axis.name, axis.default) for axis in axes)


def key_expression(axes: Sequence[Axis]) -> str:
    """TypeScript that gives :func:`variant_key` from the properties."""
    if len(axes) == 1:
        return axes[0].identifier
    return "`" + "/".join(f"${{{axis.identifier}}}" for axis in axes) + "`"
