"""Many analysed pages as one knowledge base: topics, statements once, citations for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from interlock.sdk import InvalidInput
from interlock_analysis.analyze import analyze
from interlock_analysis.boilerplate import FEWEST, is_common, set_aside
from interlock_analysis.citations import check
from interlock_analysis.documents import Document, Said
from interlock_analysis.duplicates import groups
from interlock_analysis.pages import read_page
from interlock_analysis.settings import AnalysisSettings
from interlock_analysis.topics import best, topics_of

LISTS = ("action_items", "decisions", "questions", "best_practices")


def read_documents(
    given: Sequence[Mapping[str, Any]], goal: str, settings: AnalysisSettings
) -> list[Document]:
    """Documents from ``{page, analysis?}``, or from pages with their analysis inside.

    A document without an analysis is analysed here; one from elsewhere is checked.

    Raises:
        InvalidInput: one has no page with segments.
    """
    documents = [_document(one, index, goal, settings) for index, one in enumerate(given)]
    return set_aside(documents, goal, settings)


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
    """The knowledge base as JSON; every statement carries its citations and stands once."""
    lists = {name: _merged(_all(documents, name), settings.near_duplicate) for name in LISTS}
    points, merged = _merged(_all(documents, "key_points", "summary"), settings.near_duplicate)
    practices, _ = lists["best_practices"]
    shown = best(practices, goal, settings.best_practices)
    told = [*lists["decisions"][0], *lists["action_items"][0], *lists["questions"][0], *shown]
    left = _without(points, told, settings.near_duplicate)
    common = [point for point in left if is_common(point, len(documents))]
    left = [point for point in left if not is_common(point, len(documents))]
    overview = _overview(left, goal, settings.key_points)
    rest = _without(left, overview, settings.near_duplicate)
    counts = [len(found) for found, _ in lists.values()]
    return {
        "title": title,
        "goal": goal,
        "overview": overview,
        "topics": topics_of(documents, rest, goal, settings),
        "common": best(common, goal, settings.topic_statements),
        "decisions": lists["decisions"][0],
        "best_practices": shown,
        "action_items": lists["action_items"][0],
        "questions": lists["questions"][0],
        "pages": _pages(documents),
        "statistics": {
            "pages": len(documents),
            "statements": len(left) + len(common) + sum(counts),
            "duplicates_merged": merged + sum(same for _, same in lists.values()),
            "dropped": sum(len(document.dropped) for document in documents),
        },
    }


def _without(points: Sequence[Said], told: Sequence[Said], threshold: float) -> list[Said]:
    """The points that none of the others tells already."""
    texts = [one["text"] for one in told]
    alike = groups([*texts, *(point["text"] for point in points)], threshold)
    return [points[group[0] - len(texts)] for group in alike if group[0] >= len(texts)]


def _overview(points: Sequence[Said], goal: str, count: int) -> list[Said]:
    """Without a goal, something of every page; with one, what is about it, of two pages or more."""
    pages = len({point["citations"][0]["page_id"] for point in points}) or 1
    most = -(-count // 2) if goal else max(1, count // pages)
    return best(points, goal, count, of_a_page=most)


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


def _pages(documents: Sequence[Document]) -> list[Said]:
    """Each page with what tells it from the others: categories of half of them do not."""
    shared = Counter(name for one in documents for name in set(_names(one)))
    most = max(FEWEST - 1, len(documents) / 2)
    return [
        {
            **document.page.label(),
            "summary": list(document.analysis.get("summary") or ()),
            "categories": [name for name in _names(document) if shared[name] <= most],
            "statistics": document.analysis.get("statistics") or {},
        }
        for document in documents
    ]


def _names(document: Document) -> list[str]:
    return [str(category["name"]) for category in document.categories()]
