"""What is nested deeper than the parser goes: it would leave that out, and all that follows."""

from __future__ import annotations

import re
from itertools import groupby

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

LEVELS = 100
"""Of lists and quotes; an item of a list is a level as well, so lists go half as deep."""

# A list opens two levels at once.
_FROM = LEVELS - 2
_MARKS = re.compile(r"(?:(?:[-*+]|\d{1,9}[.)]|>)(?:\s+|$))+")


def keep_what_is_deepest(parser: MarkdownIt) -> None:
    """Have lines below the deepest level become items and paragraphs of that level."""
    parser.options["maxNesting"] = LEVELS
    first = parser.block.ruler.get_all_rules()[0]
    parser.block.ruler.before(first, "deepest", _deepest)


def _deepest(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if state.level < _FROM:
        return False
    line = start
    texts: list[tuple[bool, str]] = []
    while line < end and (state.isEmpty(line) or state.sCount[line] >= state.blkIndent):
        text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
        marks = _MARKS.match(text)
        texts.append((bool(marks), text[marks.end() :] if marks else text))
        line += 1
    state.line = line
    for marked, group in groupby(texts, key=lambda each: each[0]):
        words = [text for _, text in group if text.strip()]
        if marked and words:
            _items(state, words)
        else:
            for text in words:
                _paragraph(state, text)
    return True


def _items(state: StateBlock, texts: list[str]) -> None:
    state.push("bullet_list_open", "ul", 1)
    for text in texts:
        state.push("list_item_open", "li", 1)
        _paragraph(state, text)
        state.push("list_item_close", "li", -1)
    state.push("bullet_list_close", "ul", -1)


def _paragraph(state: StateBlock, text: str) -> None:
    state.push("paragraph_open", "p", 1)
    inline = state.push("inline", "", 0)
    inline.content, inline.children = text, []
    state.push("paragraph_close", "p", -1)
