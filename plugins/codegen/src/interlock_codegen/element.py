"""What is going to be JSX: elements whose classes are still told apart by CSS property."""

from __future__ import annotations

from dataclasses import dataclass, field

Style = dict[str, str]
"""Tailwind class by the CSS property it sets, e.g. ``{"width": "w-4"}``."""


class Expression(str):
    """TypeScript that gives a value, where a plain ``str`` is the value itself."""

    __slots__ = ()


@dataclass
class Text:
    """Characters; ``prop`` names the property that may replace them.

    ``choice`` gives the characters where they depend on the variant.
    """

    value: str
    prop: str | None = None
    choice: Expression | None = None


@dataclass
class Element:
    """One JSX element.

    Attributes:
        attributes: strings (or expressions); True is an attribute without value.
        choices: expressions that give further classes.
        shown_by: name of the boolean property that shows or hides it.
        swapped_by: name of the property whose node may stand in its place.
        filled_by: name of the property whose node may stand in place of its children.
        node: id of its layer in Figma; ``name`` is the layer's name.
        only_in: the CSS state that alone shows it; empty for a layer of the resting state.
    """

    tag: str
    node: str = ""
    name: str = ""
    style: Style = field(default_factory=dict)
    attributes: dict[str, str | bool] = field(default_factory=dict)
    choices: list[Expression] = field(default_factory=list)
    children: list[Element | Text] = field(default_factory=list)
    shown_by: str | None = None
    swapped_by: str | None = None
    filled_by: str | None = None
    only_in: str = ""

    @property
    def is_component(self) -> bool:
        """Whether it is the use of a component that has a file of its own."""
        return self.tag[0].isupper()

    @property
    def characters(self) -> str:
        """What is written in it."""
        return "".join(
            child.value if isinstance(child, Text) else child.characters for child in self.children
        )

    def walk(self) -> list[Element]:
        """Itself and every element below, in document order."""
        found = [self]
        for child in self.children:
            if isinstance(child, Element):
                found.extend(child.walk())
        return found
