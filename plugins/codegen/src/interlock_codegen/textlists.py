"""Lines of a text that are items, as lists in lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from interlock_codegen import tailwind
from interlock_codegen.element import Element, Style, Text

_TAGS = {"unordered": "ul", "ordered": "ol"}
_MARKS: dict[str, Style] = {
    "ul": {"list-style-type": "list-disc"},
    "ol": {"list-style-type": "list-decimal"},
}


@dataclass(frozen=True)
class Line:
    """One line of a text; ``indent`` counts lists around it, ``gap`` are pixels below it."""

    kind: str
    indent: int
    pieces: list[Element | Text]
    gap: float

    @property
    def tag(self) -> str:
        """``ul`` or ``ol``; empty for a line that is no item."""
        return _TAGS.get(self.kind, "")

    @property
    def spacing(self) -> Style:
        """What keeps the next line away."""
        return {"margin-bottom": tailwind.length("mb", self.gap)} if self.gap else {}


def listed(lines: Sequence[Line], above: int = 0) -> list[Element]:
    """The lists that lines make; an item holds the lines below it that stand further in.

    Args:
        above: the indent of the item that the lists stand in.
    """
    starts = [place for place, line in enumerate(lines) if line.indent <= lines[0].indent]
    items = [lines[start:end] for start, end in pairwise([*starts, len(lines)])]
    return [
        Element(tag, style=dict(_MARKS[tag]), children=[_item(item, above) for item in group])
        for tag, group in groupby(items, key=lambda item: item[0].tag)
    ]


def _item(lines: Sequence[Line], above: int) -> Element:
    head, *deeper = lines
    inner = listed(deeper, head.indent) if deeper else []
    if inner and head.gap:
        inner[0].style["margin-top"] = tailwind.length("mt", head.gap)
    style = lines[-1].spacing
    style["margin-inline-start"] = f"ms-[{tailwind.number(max(head.indent - above, 1) * 1.5)}em]"
    return Element("li", style=style, children=[*head.pieces, *inner])
