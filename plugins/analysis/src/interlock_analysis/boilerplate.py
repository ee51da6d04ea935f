"""What so many pages say that it belongs to none of them: footers, notices, synced blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from interlock_analysis.analyze import METHOD, analyze
from interlock_analysis.documents import Document, Said
from interlock_analysis.pages import Page
from interlock_analysis.settings import AnalysisSettings

# Pages that must say it, and the share of all pages.
FEWEST = 4
SHARE = 0.25


def is_common(point: Said, pages: int) -> bool:
    """Whether a statement cites that many of the pages."""
    cited = len({citation["page_id"] for citation in point["citations"]})
    return cited >= FEWEST and cited > pages * SHARE


def set_aside(
    documents: Sequence[Document], goal: str, settings: AnalysisSettings
) -> list[Document]:
    """The documents with room for what each page alone says.

    Where the analysis was made here, the page is analysed again without the common texts, and
    what was found in these goes behind what is found then.
    """
    texts = Counter(text for one in documents for text in {s.text for s in one.page.segments})
    most = max(FEWEST, len(documents) * SHARE)
    common = frozenset(text for text, count in texts.items() if count >= most)
    if not common:
        return list(documents)
    return [_apart(document, common, goal, settings) for document in documents]


def _apart(
    document: Document, common: frozenset[str], goal: str, settings: AnalysisSettings
) -> Document:
    if document.analysis.get("method") != METHOD:
        return document
    page = document.page
    own = replace(page, segments=tuple(s for s in page.segments if s.text not in common))
    found = analyze(own, goal, settings)
    blocks = _blocks(page, common)
    behind = [one for one in document.analysis["key_points"] if _block_of(one) in blocks]
    points = {"key_points": [*found["key_points"], *behind]}
    kept = {name: found[name] for name in ("summary", "categories", "terms")}
    return replace(document, analysis={**document.analysis, **kept, **points})


def _blocks(page: Page, common: frozenset[str]) -> frozenset[str]:
    return frozenset(s.block_id for s in page.segments if s.text in common)


def _block_of(point: Said) -> str:
    return str(point["citations"][0]["block_id"])
