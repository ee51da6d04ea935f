"""Rows of a table that have more cells than its head: the parser, as GitHub's, leaves them out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_block.table import escapedSplit, getLine
from markdown_it.token import Token


def keep_wide_rows(parser: MarkdownIt) -> None:
    """Have a row keep all of its cells."""
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    before = len(state.tokens)
    found = table(state, start, end, silent)
    if found and not silent:
        state.tokens[before:] = list(_whole(state, state.tokens[before:]))
    return found


def _whole(state: StateBlock, tokens: Sequence[Token]) -> Iterator[Token]:
    row: Token | None = None
    cells = 0
    for token in tokens:
        if token.type == "tr_open":
            row, cells = token, 0
        cells += token.type in ("td_open", "th_open")
        if token.type == "tr_close" and row is not None and row.map:
            for text in _texts(getLine(state, row.map[0]))[cells:]:
                yield from _cell(text, token.level + 1)
        yield token


def _texts(line: str) -> list[str]:
    texts = [text.strip() for text in escapedSplit(line.strip())]
    while texts and not texts[-1]:
        texts.pop()
    return texts[1:] if texts and not texts[0] else texts


def _cell(text: str, level: int) -> list[Token]:
    inline = Token("inline", "", 0, content=text, children=[], level=level + 1)
    opening = Token("td_open", "td", 1, block=True, level=level)
    return [opening, inline, Token("td_close", "td", -1, block=True, level=level)]
