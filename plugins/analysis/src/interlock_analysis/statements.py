"""Statements: sentences of a page, each with the block that it stands in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from interlock_analysis.language import Language, language_within
from interlock_analysis.pages import Page, Segment
from interlock_analysis.sentences import sentences
from interlock_analysis.terms import terms

_LISTED = frozenset({"bulleted_list_item", "numbered_list_item", "to_do", "table_row"})
_NOTION = re.compile(r"https://(?:[\w-]+\.)*notion\.(?:so|com|site)/")


@dataclass(frozen=True)
class Statement:
    """Words of a page, as they stand there. ``position`` counts the page's statements from 0."""

    text: str
    page: Page
    segment: Segment
    language: Language
    position: int = 0

    @cached_property
    def terms(self) -> Counter[str]:
        return Counter(terms(self.text, self.language))

    @property
    def citation(self) -> dict[str, str]:
        return citation(self.page, self.segment.block_id)

    def to_dict(self, score: float | None = None) -> dict[str, Any]:
        """``{text, citations, heading_path, score?}``."""
        said: dict[str, Any] = {
            "text": self.text,
            "citations": [self.citation],
            "heading_path": list(self.segment.heading_path),
        }
        return said if score is None else {**said, "score": round(score, 4)}


def citation(page: Page, block_id: str) -> dict[str, str]:
    """``{page_id, page_title, block_id, url?}``; the link leads to the block, where it can."""
    cited = {"page_id": page.id, "page_title": page.title, "block_id": block_id}
    return {**cited, "url": _link(page.url, block_id)} if page.url else cited


def _link(url: str, block_id: str) -> str:
    """Notion opens a page at a block that is named behind it."""
    anchored = _NOTION.match(url) and "#" not in url
    return f"{url}#{block_id.replace('-', '')}" if anchored else url


def statements_of(page: Page, language: Language) -> list[Statement]:
    """The statements of a page's prose in reading order.

    List items and rows of tables stand as they are unless they hold several sentences; code,
    formulas and headings make no statements.
    """
    seen: set[tuple[str, str]] = set()
    found: list[Statement] = []
    for segment in page.segments:
        spoken = language_within(segment.text, language)
        for text in _texts(segment, spoken) if segment.is_prose else ():
            # A synced block shows the same blocks again.
            if (segment.block_id, text) not in seen:
                seen.add((segment.block_id, text))
                found.append(Statement(text, page, segment, spoken, len(found)))
    return found


def _texts(segment: Segment, language: Language) -> Iterable[str]:
    if segment.type == "table_row":
        return [segment.text]
    found = sentences(segment.text, language)
    if segment.type in _LISTED and len(found) <= 2:
        return [" ".join(segment.text.split())]
    return [" ".join(sentence.split()) for sentence in found]


def is_question(text: str) -> bool:
    return text.rstrip("\"'”’»)]』」）").endswith(("?", "？"))
