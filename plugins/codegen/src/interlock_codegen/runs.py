"""Runs of a text: those of one look are one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from interlock_codegen.element import Element, Style, Text

_UNSEEN = frozenset(("color", "background-image", "background-clip", "font-weight", "font-style"))
"""What a blank does not show."""


def joined(pieces: list[Element | Text]) -> list[Element | Text]:
    """Pieces that look alike as one; editors leave runs behind whose style is no other."""
    made: list[Element | Text] = []
    for piece in pieces:
        if isinstance(piece, Element) and piece.tag == "span" and not piece.style:
            piece = Text(piece.characters)
        if made and _look_alike(made[-1], piece):
            made[-1] = _with_more(made[-1], _characters(piece))
        else:
            made.append(piece)
    return made


def _look_alike(first: Element | Text, second: Element | Text) -> bool:
    """Whether two pieces can be one: of the same look, or the second blank and as large."""
    if _kind(first) == _kind(second):
        return True
    linked = any(isinstance(piece, Element) and piece.tag != "span" for piece in (first, second))
    blank = not _characters(second).strip()
    return blank and not linked and _room(first) == _room(second)


def _kind(piece: Element | Text) -> tuple[Any, ...]:
    return (piece.tag, piece.attributes, piece.style) if isinstance(piece, Element) else ()


def _room(piece: Element | Text) -> Style:
    style = piece.style if isinstance(piece, Element) else {}
    return {name: value for name, value in style.items() if name not in _UNSEEN}


def _with_more(piece: Element | Text, characters: str) -> Element | Text:
    if isinstance(piece, Text):
        return Text(piece.value + characters)
    return replace(piece, children=[Text(piece.characters + characters)])


def _characters(piece: Element | Text) -> str:
    return piece.value if isinstance(piece, Text) else piece.characters
