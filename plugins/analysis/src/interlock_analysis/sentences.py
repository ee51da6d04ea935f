"""Sentences of a text, as ranges, so that nothing between them can get lost.

A rule-based splitter: marks that end a sentence are looked at together with what stands on both
sides (abbreviations, initials, numbers, ordinals, quotes). Line breaks always end a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from interlock_analysis.language import STOP_WORDS, Language, language_of, words_of

# An end mark with the quotes and brackets that close behind it. Full-width marks need no space, and
# others none before an East Asian character. “ closes in German and opens elsewhere.
_CLOSING = "\"'”’»«)\\]』」）】"
_EAST_ASIAN = r"[\u3040-\u30ff\u3400-\u9fff]"
_END = re.compile(
    rf"(?:[。！？｡]+|[.!?…]+(?=[{_CLOSING}“]*(?:\s|$)|[“「『（《]?{_EAST_ASIAN}))"
    rf"(?:[{_CLOSING}]|[ \u00a0\u202f]»|“(?=\s|$))*|\n+"
)
_LAST_WORD = re.compile(rf"((?:(?!{_EAST_ASIAN})[^\s(\[\"'“„«。！？，、；：…」』）])*)$")
# What somebody said goes on in Japanese with these: 「…。」と言った。
_QUOTED = re.compile(r"[」』]$")
_GOES_ON = re.compile(r"[とっはがをにのもで]")
# A letter behind a number is a unit: “15 h”.
_UNIT = re.compile(r"\d[ \u00a0]?[a-zA-Z]$")
_COMPANY = re.compile(r"\s*(?:KG|KGaA|OHG|Ltd|Inc|Corp)\b")
_NEXT = re.compile(r"\s*[\"'“„«»‘(\[*_]*(\S?)")
_LETTER = r"[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
_INITIAL = re.compile(rf"(?:{_LETTER}\.)*{_LETTER}")
_BEGINNING = re.compile(r"\s*[\"'“„«‘(]*([^\W\d_]+)")
_NUMBER = re.compile(r"\d{1,3}")
_MONTH = re.compile(r"\s*(?:Jan|Feb|Mär|Mar|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Oct|Nov|Dez|Dec)[a-zä]*\b")

_EVERYWHERE = words_of(
    """dr mr mrs ms prof st sr jr vs etc al approx dept est fig figs no nos vol pp p ca cf ed eds
    sec ch eq eqs inc ltd co corp jan feb mar apr jun jul aug sep sept oct nov dec e.g i.e a.m p.m
    u.s u.k ph.d"""
)
_ABBREVIATIONS: dict[Language, frozenset[str]] = {
    "de": words_of(
        """abb tab abs abt allg art aufl bd bsp bspw bzgl bzw ca d.h dgl dipl dr evtl ff fr ggf ggfs
        hr hrsg inkl insb kap max mind min mio mrd mwst nr o.ä o.g s.o s.u sog std str tel u.a u.ä
        usw v.a vgl z.b z.t zzgl"""
    ),
    "fr": words_of("""m mm mme mlle art chap env ex p.ex"""),
    "es": words_of("sr sra srta dra dña d ud uds pág ej p.ej ee núm av"),
}
_TITLES: dict[Language, frozenset[str]] = {
    "es": words_of("sr sra srta dra"),
    "pt": words_of("sr sra dra"),
}
# These often end a sentence as well: then the next one begins with a capital letter.
_MAY_END = words_of(
    """etc al inc ltd co corp usw u.a u.s u.k a.m p.m ph.d jr sr ff no min max art std sec ch"""
)
# Behind these stand names as well: “U.S. Army”, “5 p.m. Pacific time”.
_BEFORE_NAMES = words_of("u.s u.k a.m p.m")


def sentences(text: str, language: Language | None = None) -> list[str]:
    """The sentences without the white space around them; found out which language if not told."""
    return [text[start:end] for start, end in ranges(text, language)]


def ranges(text: str, language: Language | None = None) -> list[tuple[int, int]]:
    """``(start, end)`` of each sentence, in order; only white space lies outside of them."""
    known = language or language_of(text)
    found = []
    start = 0
    for end in [*_ends(text, known), len(text)]:
        piece = text[start:end]
        inner = piece.strip()
        if inner:
            begin = start + len(piece) - len(piece.lstrip())
            found.append((begin, begin + len(inner)))
        start = end
    return found


def _ends(text: str, language: Language) -> Iterator[int]:
    for mark in _END.finditer(text):
        if _quote_goes_on(text, mark):
            continue
        if mark[0][0] in "\n。！？｡" or _ends_here(text, mark, language):
            yield mark.end()


def _quote_goes_on(text: str, mark: re.Match[str]) -> bool:
    return bool(_QUOTED.search(mark[0]) and _GOES_ON.match(text, mark.end()))


def _ends_here(text: str, mark: re.Match[str], language: Language) -> bool:
    follows = _NEXT.match(text, mark.end())
    next_letter = follows[1] if follows else ""
    if not next_letter:
        return True
    stop = mark[0].rstrip("\"'”’»«)]』」）】“")
    if stop == ".":
        return _full_stop_ends(text, mark, language, next_letter)
    # An ellipsis or a mark inside brackets goes on where a small letter follows, and an ellipsis
    # where an East Asian character does, of which nobody knows.
    pauses = not stop.strip(".…") and bool(re.match(_EAST_ASIAN, next_letter))
    return not (next_letter.islower() or pauses)


def _full_stop_ends(text: str, mark: re.Match[str], language: Language, next_letter: str) -> bool:
    last = _LAST_WORD.search(text[max(0, mark.start() - 40) : mark.start()])
    word = last[1] if last else ""
    if next_letter.islower():
        return False
    if _NUMBER.fullmatch(word):
        return not _ordinal(text, mark, language)
    if _is_abbreviation(word, language):
        if word.lower() in _TITLES.get(language, frozenset()):
            return False
        company = word.lower() == "co" and _COMPANY.match(text, mark.end())
        begins = next_letter.isupper() or next_letter in "¿¡"
        if word.lower() in _BEFORE_NAMES and (first := _BEGINNING.match(text, mark.end())):
            begins = first[1].lower() in STOP_WORDS[language]
        return word.lower() in _MAY_END and begins and not company
    unit = bool(_UNIT.search(text[max(0, mark.start() - 4) : mark.start()]))
    return word == "I" or unit or not _INITIAL.fullmatch(word)


def _ordinal(text: str, mark: re.Match[str], language: Language) -> bool:
    """Whether a number and its full stop count something: ``3. Mai``, ``1. Item``, ``: 1. One``."""
    before = text[: mark.start()].rstrip("0123456789")
    if not before.strip() or before.endswith("\n") or _after_an_end(before.rstrip(), language):
        return True
    return language == "de" and bool(_MONTH.match(text, mark.end()) or _counts(before))


def _after_an_end(before: str, language: Language) -> bool:
    if before[-1] != ".":
        return before[-1] in "!?:;。！？：；"
    word = _LAST_WORD.search(before[-40:-1])
    return word is not None and not _is_abbreviation(word[1], language)


def _is_abbreviation(word: str, language: Language) -> bool:
    return word.lower() in _EVERYWHERE or word.lower() in _ABBREVIATIONS.get(language, frozenset())


def _counts(before: str) -> bool:
    """German ordinals stand behind an article or preposition: ``die 2. Auflage``."""
    words = before.split()
    return bool(words) and words[-1].lower() in _BEFORE_ORDINALS


_BEFORE_ORDINALS = words_of(
    """der die das dem den des am im vom zum zur ab bis seit ein eine einem einer jeder jede"""
)
