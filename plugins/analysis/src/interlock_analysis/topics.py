"""Statements of many pages under the topics that the pages share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from interlock_analysis.documents import Document, Said
from interlock_analysis.language import language_of
from interlock_analysis.pages import Page, Segment
from interlock_analysis.ranking import choose, rank
from interlock_analysis.settings import AnalysisSettings
from interlock_analysis.statements import Statement


@dataclass
class _Topic:
    name: str
    source: str
    page_ids: list[str] = field(default_factory=list)
    statements: list[Said] = field(default_factory=list)


def best(points: Sequence[Said], goal: str, count: int, of_a_page: int | None = None) -> list[Said]:
    """The statements that stand for most of the others and repeat none of the chosen.

    They are weighed against each other, since scores of different pages do not compare.
    """
    statements = [_statement(point, index) for index, point in enumerate(points)]
    chosen = choose(rank(statements, goal), count, of_a_page=of_a_page)
    return [points[one.statement.position] for one in chosen]


def _statement(point: Said, index: int) -> Statement:
    text = point["text"]
    segment = Segment(str(index), "paragraph", text, tuple(point["heading_path"]))
    page = Page(id=point["citations"][0]["page_id"])
    return Statement(text, page, segment, language_of(text), position=index)


def topics_of(
    documents: Sequence[Document], points: Sequence[Said], goal: str, settings: AnalysisSettings
) -> list[Said]:
    """``[{name, source, page_ids, statements, more}]``: shared topics first, then single pages."""
    shared = Counter(
        name
        for document in documents
        for name in {_name(category) for category in document.categories()}
    )
    topics: dict[str, _Topic] = {}
    topic_of: dict[str, _Topic] = {}
    for document in documents:
        topic = _topic_of(document, shared, len(documents))
        key = f"{topic.name.casefold()} {topic.source == 'page' and document.page.id}"
        mine = topics.setdefault(key, topic)
        mine.page_ids.append(document.page.id)
        topic_of[document.page.id] = mine
    for point in points:
        topic_of[point["citations"][0]["page_id"]].statements.append(point)
    ordered = sorted(topics.values(), key=lambda topic: topic.source == "page")
    return [_shown(topic, goal, settings.topic_statements) for topic in ordered if topic.statements]


def _shown(topic: _Topic, goal: str, count: int) -> Said:
    shown = best(topic.statements, goal, count, of_a_page=-(-count // len(topic.page_ids)))
    return {
        "name": topic.name,
        "source": topic.source,
        "page_ids": topic.page_ids,
        "statements": shown,
        "more": len(topic.statements) - len(shown),
    }


def _topic_of(document: Document, shared: Counter[str], pages: int) -> _Topic:
    """A property goes before all else; other categories make a topic when some pages share them.

    What most pages share tells no page from another, and headings that pages share come from a
    template. A page that shares nothing is a topic of its own.
    """
    categories = document.categories()
    for category in categories:
        if category.get("source") == "property":
            return _Topic(str(category["name"]), "property")
    some = [
        one
        for one in categories
        if one.get("source") != "heading" and 2 <= shared[_name(one)] <= max(2, pages / 2)
    ]
    if not some:
        mine = (str(one["name"]) for one in categories if shared[_name(one)] == 1)
        named = next(mine, document.page.name)
        return _Topic(document.page.title.strip() or named, "page")
    chosen = max(some, key=lambda one: shared[_name(one)])
    return _Topic(str(chosen["name"]), str(chosen.get("source") or "term"))


def _name(category: Said) -> str:
    return str(category["name"]).casefold()
