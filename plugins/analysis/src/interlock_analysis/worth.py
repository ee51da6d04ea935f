"""Whether a statement says something when it stands alone, and how well it does."""

from __future__ import annotations

import re

from interlock_analysis.language import STOP_WORDS, Language, words_of
from interlock_analysis.statements import Statement, is_question

# To-dos are tasks; a row says nothing without its table's head.
_NOT_ALONE = frozenset({"to_do", "table_row"})
# “Attendees: Ana, Bo, Chen”: a name and what it stands for, not a sentence.
_LABEL = re.compile(r"[^.!?。！？:：]{1,40}(?::\s|：)")
# Addresses, tags, calls, braces: code that stands in the text.
_CODE = re.compile(r"https?://|www\.\w|</?[A-Za-z][^>]*>|\w\(\)|[{}]|[=!]=|=>|&&|\bhref=")
_UNFINISHED = (":", "：", "…", "...", "→", ";", "；", ",", "，", "、")
_UNBEGUN = ("…", "...", "↑", "↓", "*", "†", "‡")
_LETTERS = re.compile(r"[^\W\d_]")
_FIRST = re.compile(r"[^\W\d_]+(?=[\s,])")
_SPACED = re.compile(r"[^\W\u3040-\u30ff\u3400-\u9fff]+")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_QUOTES = (("«", "»"), ("「", "」"), ("『", "』"))
_SHORTEST = 6
_SHORTEST_QUESTION = 4
_END = "\"'”’»“)]』」）*_ "
_STOPS = (".", "!", "?", "。", "！", "？", "｡")

# Beginnings that lean on the sentence before.
_LEANING: dict[Language, frozenset[str]] = {
    "en": words_of(
        """this that these those it they he she so but and or however then there also now instead
        otherwise ok still here what such even"""
    ),
    "de": words_of(
        """das dies diese dieser dieses es sie er aber und oder doch dann danach dort daher deshalb
        dabei dazu also so"""
    ),
    "fr": words_of("ce cela ça cette ces il elle ils elles mais et ou donc alors ainsi puis"),
    "es": words_of("esto eso esta este él ella ellos pero y o entonces así luego también"),
    "it": words_of("questo questa ciò esso essa ma e o quindi allora poi così"),
    "pt": words_of("isso isto este esta ele ela mas e ou então assim depois"),
    "nl": words_of("dit dat deze die het zij hij maar en of dus dan daarna ook"),
}
_LEANING_PIECES: dict[Language, tuple[str, ...]] = {
    "zh": ("这", "那", "它", "他", "她", "但", "因此", "所以", "然后", "而且", "如果不"),
    "ja": ("これ", "それ", "この", "その", "しかし", "そして", "また", "だから", "ただし"),
    "ko": ("이것", "그것", "이는", "그러나", "하지만", "그리고", "그래서", "또한", "그런"),
}


def worth_saying(statement: Statement) -> bool:
    """Whether a statement is a whole one.

    Links, code, fragments, rows of tables, lists of names, and lead-ins to a list ("In short:")
    are not.
    """
    text = statement.text
    if statement.segment.type in _NOT_ALONE or _CODE.search(text) or is_quoted(statement):
        return False
    if text.endswith(_UNFINISHED) or text.startswith(_UNBEGUN) or _begins_inside(statement):
        return False
    if not is_whole(text) and (_LABEL.match(text) or _size(text) < _SHORTEST):
        return False
    printed = sum(1 for character in text if not character.isspace())
    return len(statement.terms) >= 2 and len(_LETTERS.findall(text)) >= printed / 2


def worth_asking(statement: Statement) -> bool:
    """Whether a question can be understood alone: “Better, right?” cannot."""
    if not is_question(statement.text) or _begins_inside(statement):
        return False
    return _size(statement.text) >= _SHORTEST_QUESTION and not leans(statement)


def is_quoted(statement: Statement) -> bool:
    """Whether it is a part of what somebody said: a quotation mark is open or was."""
    text = statement.text
    return text.count('"') % 2 == 1 or any(
        text.count(opens) != text.count(closes) for opens, closes in _QUOTES
    )


def is_whole(text: str) -> bool:
    """Whether a text ends as a sentence does."""
    return text.rstrip(_END).endswith(_STOPS)


def leans(statement: Statement) -> bool:
    """Whether it begins with a word that points at what was said before."""
    pieces = _LEANING_PIECES.get(statement.language)
    if pieces is not None:
        return statement.text.startswith(pieces)
    first = _FIRST.match(statement.text)
    return first is not None and first[0].lower() in _LEANING[statement.language]


def _begins_inside(statement: Statement) -> bool:
    """Whether it begins in the middle of a sentence: with a small “for” or “and”."""
    first = _FIRST.match(statement.text)
    if first is None or not first[0].islower():
        return False
    return first[0] in STOP_WORDS[statement.language]


def _size(text: str) -> int:
    """Words, of which East Asian text has about one in two characters."""
    return len(_SPACED.findall(text)) + len(_UNSPACED.findall(text)) // 2
