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
# Headings that any page may have tell nothing of this one.
_GENERIC = re.compile(
    r"summary|overview|introduction|intro|background|notes?|links?|references?|faq|examples?"
    r"|conclusions?|discussion|agenda|decisions?|next steps?|action items?|to-?dos?|tasks?"
    r"|attendees|participants|checklist|timeline|goals?|risks?|questions?|open questions"
    r"|überblick|einleitung|hintergrund|notizen|beispiele?|fazit|aufgaben|ziele?|risiken|probleme?"
    r"|ablauf|nächste schritte|entscheidungen|offene (?:fragen|punkte)|teilnehmer"
    r"|résumé|introduction|contexte|notes|exemples?|décisions?|prochaines étapes|questions"
    r"|resumen|introducción|contexto|notas|ejemplos?|decisiones|próximos pasos|preguntas"
    r"|背景|概述|目标|风险|下一步|总结|待办|任务|示例|决定|问题"
    r"|概要|目的|背景|タスク|まとめ|決定事項|次のステップ|質問"
    r"|개요|배경|목표|요약|할 일|다음 단계|결정 사항|질문|자주 묻는 질문",
    re.IGNORECASE,
)
_CHOICES = frozenset({"select", "multi_select"})
_LONGEST_RUN = 6
_ADJECTIVE = ("e", "en", "er", "es", "em")
_NUMBERED = re.compile(r"^\s*\d{1,3}[.)]\s+")
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
            if not _GENERIC.fullmatch(_EDGE.sub("", heading)):
                below[heading] += len(segment.text)
    total = sum(len(segment.text) for segment in page.segments) or 1
    ordered = sorted(below.items(), key=lambda item: -item[1])
    return [(_bare(name), round(n / total, 4)) for name, n in ordered[:4]]


def _bare(heading: str) -> str:
    """Without a number in front, and without marks at the edges."""
    return _EDGE.sub("", _NUMBERED.sub("", heading)) or heading


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


def _belong(before: str, language: Language) -> bool:
    """Whether a word may open a phrase: in German nouns and adjectives do, verbs do not."""
    return language != "de" or before[0].isupper() or before.endswith(_ADJECTIVE)


def _phrases(text: str, language: Language) -> list[str]:
    if language in ("zh", "ja"):
        runs = content_runs(text)
        sizes = range(2, _LONGEST_RUN + 1)
        return [run[i : i + n] for run in runs for n in sizes for i in range(len(run) - n + 1)]
    phrases: list[str] = []
    before = ""
    end = -2
    shortest = 2 if language == "ko" else 3
    for match in _WORD.finditer(text):
        word = without_particle(match[0])
        if len(word) < shortest or word.casefold() in STOP_WORDS[language] | STOP_WORDS["en"]:
            before = ""
            continue
        if before and match.start() == end + 1 and _belong(before, language):
            phrases.append(f"{before} {word}")
        # German writes its nouns with a capital; verbs and adjectives name no subject.
        if language != "de" or word[0].isupper():
            phrases.append(word)
        before, end = word, match.end()
    return phrases
