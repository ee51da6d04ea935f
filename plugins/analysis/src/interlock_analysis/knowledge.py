"""Many analysed pages as one knowledge base: topics, statements once, citations for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interlock.sdk import InvalidInput
from interlock_analysis.analyze import analyze
from interlock_analysis.citations import check
from interlock_analysis.duplicates import groups
from interlock_analysis.language import language_of
from interlock_analysis.pages import Page, Segment, read_page
from interlock_analysis.ranking import choose, rank
from interlock_analysis.settings import AnalysisSettings
from interlock_analysis.statements import Statement

Said = dict[str, Any]

GENERAL = "General"


@dataclass(frozen=True)
class Document:
    """A page and its analysis, whose citations have been checked."""

    page: Page
    analysis: Mapping[str, Any]
    dropped: Sequence[Said] = ()


@dataclass
class _Topic:
    name: str
    source: str
    page_ids: list[str] = field(default_factory=list)
    statements: list[Said] = field(default_factory=list)


def read_documents(
    given: Sequence[Mapping[str, Any]], goal: str, settings: AnalysisSettings
) -> list[Document]:
    """Documents from ``{page, analysis?}``, or from pages with their analysis inside.

    A document without an analysis is analysed here; one from elsewhere is checked.

    Raises:
        InvalidInput: one has no page with segments.
    """
    return [_document(one, index, goal, settings) for index, one in enumerate(given)]


def _document(
    given: Mapping[str, Any], index: int, goal: str, settings: AnalysisSettings
) -> Document:
    path = f"$.documents[{index}]"
    raw = given.get("page") if isinstance(given.get("page"), Mapping) else given
    if not isinstance(raw, Mapping):
        raise InvalidInput(f"{path} is not a document with a page", path=path)
    page = read_page(raw, path)
    analysis = given.get("analysis")
    if not isinstance(analysis, Mapping):
        return Document(page, analyze(page, goal, settings))
    checked = check(analysis, page)
    if not checked.analysis.get("categories"):
        checked.analysis["categories"] = analyze(page, goal, settings)["categories"]
    return Document(page, checked.analysis, checked.dropped)


def knowledge_base(
    documents: Sequence[Document], goal: str, title: str, settings: AnalysisSettings
) -> dict[str, Any]:
    """The knowledge base as JSON; every statement carries its citations."""
    points, merged = _merged(_all(documents, "key_points", "summary"), settings.near_duplicate)
    tasks, same_tasks = _merged(_all(documents, "action_items"), settings.near_duplicate)
    questions, same_questions = _merged(_all(documents, "questions"), settings.near_duplicate)
    return {
        "title": title,
        "goal": goal,
        "overview": _best(points, goal, settings.key_points),
        "topics": _topics(documents, points, goal, settings),
        "action_items": tasks,
        "questions": questions,
        "pages": [_page(document) for document in documents],
        "statistics": {
            "pages": len(documents),
            "statements": len(points) + len(tasks) + len(questions),
            "duplicates_merged": merged + same_tasks + same_questions,
            "dropped": sum(len(document.dropped) for document in documents),
        },
    }


def _all(documents: Sequence[Document], *names: str) -> list[Said]:
    """Statements of these fields, page by page."""
    return [
        statement
        for document in documents
        for name in names
        for statement in document.analysis.get(name) or ()
    ]


def _merged(said: Sequence[Said], threshold: float) -> tuple[list[Said], int]:
    """Near duplicates as one statement with the citations of all, and how many were merged.

    A statement that a page's summary and key points share is not counted as a duplicate.
    """
    kept, merged = [], 0
    for group in groups([one["text"] for one in said], threshold):
        members = [said[index] for index in group]
        citations = {_key(c): c for one in members for c in one["citations"]}
        kept.append({**members[0], "citations": list(citations.values())})
        merged += len({_key(one["citations"][0]) for one in members}) - 1
    return kept, merged


def _key(citation: Mapping[str, str]) -> tuple[str, str]:
    return citation["page_id"], citation["block_id"]


def _best(points: Sequence[Said], goal: str, count: int) -> list[Said]:
    """The statements that stand for most of the others and repeat none of the chosen.

    They are weighed against each other, since scores of different pages do not compare.
    """
    known = language_of(" ".join(point["text"] for point in points))
    statements = [
        Statement(
            point["text"],
            Page(),
            Segment(str(index), "paragraph", point["text"], tuple(point["heading_path"])),
            known,
            position=index,
        )
        for index, point in enumerate(points)
    ]
    best = choose(rank(statements, goal), count)
    return [points[one.statement.position] for one in best]


def _topics(
    documents: Sequence[Document], points: Sequence[Said], goal: str, settings: AnalysisSettings
) -> list[Said]:
    """Statements under the category that their page shares with most others."""
    shared = Counter(
        name
        for document in documents
        for name in {_name(category) for category in _categories(document)}
    )
    topics: dict[str, _Topic] = {}
    topic_of: dict[str, str] = {}
    for document in documents:
        topic = _topic_of(document, shared, len(documents))
        mine = topics.setdefault(topic.name.casefold(), topic)
        mine.page_ids.append(document.page.id)
        topic_of[document.page.id] = topic.name.casefold()
    for point in points:
        topics[topic_of[point["citations"][0]["page_id"]]].statements.append(point)
    ordered = sorted(topics.values(), key=lambda topic: topic.name == GENERAL)
    return [_topic(topic, goal, settings.topic_statements) for topic in ordered]


def _topic(topic: _Topic, goal: str, count: int) -> Said:
    shown = _best(topic.statements, goal, count)
    return {
        "name": topic.name,
        "source": topic.source,
        "page_ids": topic.page_ids,
        "statements": shown,
        "more": len(topic.statements) - len(shown),
    }


def _topic_of(document: Document, shared: Counter[str], pages: int) -> _Topic:
    """A property goes before all else; other categories make a topic when some pages share them.

    What most pages share (the heading of a common footer, say) tells no page from another.
    """
    categories = _categories(document)
    for category in categories:
        if category.get("source") == "property":
            return _Topic(str(category["name"]), "property")
    some = [one for one in categories if 2 <= shared[_name(one)] <= max(2, pages / 2)]
    if not some:
        return _Topic(GENERAL, "none")
    best = max(some, key=lambda one: shared[_name(one)])
    return _Topic(str(best["name"]), str(best.get("source") or "term"))


def _categories(document: Document) -> list[Said]:
    """Categories as objects; a model may have given bare names."""
    given = document.analysis.get("categories")
    found = given if isinstance(given, list) else []
    objects = [one if isinstance(one, dict) else {"name": one} for one in found]
    return [one for one in objects if one.get("name")]


def _name(category: Said) -> str:
    return str(category["name"]).casefold()


def _page(document: Document) -> Said:
    return {
        **document.page.label(),
        "summary": list(document.analysis.get("summary") or ()),
        "categories": [str(category["name"]) for category in _categories(document)],
        "statistics": document.analysis.get("statistics") or {},
    }
