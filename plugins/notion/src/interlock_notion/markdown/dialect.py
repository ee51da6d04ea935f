"""The Markdown spoken here: CommonMark with tables, strikethrough and formulas in dollars."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from interlock_notion.markdown.deepest import keep_what_is_deepest
from interlock_notion.markdown.wide_rows import keep_wide_rows
from interlock_notion.rich_text import Span, merged

TASK = re.compile(r"\[([ xX])\](?:\s+|$)")

_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"<(/?)(b|strong|i|em|s|del|code)>", re.IGNORECASE)
_TAGS = {"b": "bold", "strong": "bold", "i": "italic", "em": "italic"}
_TAGS |= {"s": "strike", "del": "strike", "code": "code"}
_MARKS = {"strong": "bold", "em": "italic", "s": "strike"}


@lru_cache(maxsize=1)
def dialect() -> MarkdownIt:
    """The parser; made on first use, without state of its own."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    parser.use(keep_what_is_deepest).use(keep_wide_rows)
    return parser.use(dollarmath_plugin, allow_space=False, double_inline=False)


@dataclass
class Inline:
    """What one inline token holds."""

    spans: list[Span] = field(default_factory=list)
    images: list[tuple[str, str]] = field(default_factory=list)
    """(alternative text, address)"""


def read_inline(tokens: Sequence[Token]) -> Inline:
    """Spans and images of an inline token's children."""
    inline = Inline()
    look = Span("")
    spans: list[Span] = []
    for token in tokens:
        if token.type == "image":
            said = read_inline(token.children or []).spans
            alt = "".join(span.text for span in said)
            inline.images.append((alt, str(token.attrs.get("src", ""))))
        elif token.nesting or (token.type == "html_inline" and _TAG.fullmatch(token.content)):
            look = _turned(look, token)
        else:
            spans.append(_said(look, token))
    inline.spans = merged(spans)
    return inline


def _turned(look: Span, token: Token) -> Span:
    """The look after a tag is opened or closed."""
    tag = _TAG.fullmatch(token.content) if token.type == "html_inline" else None
    if tag is not None:
        return _with(look, _TAGS[tag[2].lower()], on=not tag[1])
    name = token.type.rsplit("_", 1)[0]
    if name == "link":
        return replace(look, href=str(token.attrs.get("href", "")))
    return _with(look, _MARKS[name], on=token.nesting == 1) if name in _MARKS else look


def _with(look: Span, mark: str, *, on: bool) -> Span:
    return Span(
        look.text,
        bold=on if mark == "bold" else look.bold,
        italic=on if mark == "italic" else look.italic,
        strike=on if mark == "strike" else look.strike,
        code=on if mark == "code" else look.code,
        href=look.href,
    )


def _said(look: Span, token: Token) -> Span:
    if token.type == "hardbreak" or _BREAK.fullmatch(token.content):
        return replace(look, text="\n")
    if token.type == "softbreak":
        return replace(look, text=" ")
    if token.type == "math_inline":
        return replace(look, text=token.content, equation=True)
    return replace(look, text=token.content, code=look.code or token.type == "code_inline")
