"""What a page is about: by its properties, its headings and its own words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from interlock_analysis.language import STOP_WORDS, Language
from interlock_analysis.pages import Page
from interlock_analysis.statements import Statement
from interlock_analysis.terms import content_runs, without_particle

Category = dict[str, Any]

# Properties that sort by progress or person say nothing about a page's subject.
_PROGRESS = re.compile(
    r"status|state|stage|priority|progress|phase|owner|assign|done|zustand|priorität|phase"
    r"|状态|优先级|进度|상태|우선순위|진행",
    re.IGNORECASE,
)
_CHOICES = frozenset({"select", "multi_select"})
_EDGE = re.compile(r"^[\W_]+|[\W_]+$")
_WORD = re.compile(r"[^\W\d_][^\W_]+(?:-[^\W_]+)*")


def categories_of(
    page: Page, statements: Sequence[Statement], language: Language, most: int = 8
) -> list[Category]:
    """``[{name, source, weight}]``: properties first, then headings, then terms; 1 is most."""
    found: dict[str, Category] = {}
    for name in _from_properties(page):
        found.setdefault(name.casefold(), {"name": name, "source": "property", "weight": 1.0})
    for name, weight in _from_headings(page):
        found.setdefault(name.casefold(), {"name": name, "source": "heading", "weight": weight})
    for name, weight in key_terms(statements, language, most):
        found.setdefault(name.casefold(), {"name": name, "source": "term", "weight": weight})
    return list(found.values())[:most]


def _from_properties(page: Page) -> list[str]:
    names: list[str] = []
    for prop, value in page.properties.items():
        if page.property_types.get(prop) in _CHOICES and not _PROGRESS.search(prop):
            names += [str(one) for one in (value if isinstance(value, list) else [value]) if one]
    return names


def _from_headings(page: Page) -> list[tuple[str, float]]:
    """Headings, weighed by the share of the page's words below them."""
    below: Counter[str] = Counter()
    for segment in page.segments:
        for heading in segment.heading_path:
            below[heading] += len(segment.text)
    total = sum(len(segment.text) for segment in page.segments) or 1
    ordered = sorted(below.items(), key=lambda item: -item[1])
    return [(_EDGE.sub("", name) or name, round(n / total, 4)) for name, n in ordered[:4]]


def key_terms(
    statements: Iterable[Statement], language: Language, most: int = 10
) -> list[tuple[str, float]]:
    """Phrases that come again and again, as they are written, with weights up to 1."""
    counts: Counter[str] = Counter()
    spelled: dict[str, Counter[str]] = {}
    for statement in statements:
        for phrase in set(_phrases(statement.text, language)):
            counts[phrase.casefold()] += 1
            spelled.setdefault(phrase.casefold(), Counter())[phrase] += 1
    # Two words that belong together tell more than each alone.
    scores = {
        key: count * (1 + key.count(" ")) * min(len(key), 12)
        for key, count in counts.items()
        if count > 1
    }
    best = sorted(_without_parts(scores, counts), key=lambda key: (-scores[key], key))[:most]
    top = scores[best[0]] if best else 1
    return [(_spelling(spelled[key]), round(scores[key] / top, 4)) for key in best]


def _spelling(forms: Counter[str]) -> str:
    return max(sorted(forms), key=lambda form: forms[form])


def _without_parts(scores: Mapping[str, float], counts: Mapping[str, int]) -> list[str]:
    """Phrases that do not only ever come as part of a longer one."""

    def only_inside(key: str) -> bool:
        return any(key != one and key in one and counts[one] >= counts[key] for one in scores)

    return [key for key in scores if not only_inside(key)]


def _phrases(text: str, language: Language) -> list[str]:
    if language in ("zh", "ja"):
        runs = content_runs(text)
        return [run[i : i + n] for run in runs for n in (2, 3, 4) for i in range(len(run) - n + 1)]
    phrases: list[str] = []
    before = ""
    end = -2
    shortest = 2 if language == "ko" else 3
    for match in _WORD.finditer(text):
        word = without_particle(match[0])
        if len(word) < shortest or word.casefold() in STOP_WORDS[language] | STOP_WORDS["en"]:
            before = ""
            continue
        if before and match.start() == end + 1:
            phrases.append(f"{before} {word}")
        phrases.append(word)
        before, end = word, match.end()
    return phrases
