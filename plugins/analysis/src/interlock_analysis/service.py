"""The analysis service: pure computation, so it needs no connection and never retries."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Literal, get_args

from interlock.sdk import InvalidInput, Policies, Service, tool
from interlock_analysis.analyze import analyze
from interlock_analysis.citations import check
from interlock_analysis.knowledge import knowledge_base, read_documents
from interlock_analysis.language import Language
from interlock_analysis.markdown import to_markdown
from interlock_analysis.pages import Page, page_of_text, read_page, read_segments
from interlock_analysis.settings import AnalysisSettings

Kind = Literal[
    "summary",
    "key_points",
    "action_items",
    "decisions",
    "questions",
    "best_practices",
    "sentiment",
    "categories",
]


class Analysis(Service[AnalysisSettings]):
    """Statements of texts, ranked and cited.

    Work runs in threads, so that a long text does not keep the event loop from other calls.
    """

    policies = Policies(deadline=120.0, concurrency=2)

    @tool(effect="read", cacheable=True, aliases=("analyze_text",))
    async def analyze(
        self,
        page: dict[str, Any] | None = None,
        segments: list[dict[str, Any]] | None = None,
        text: str | None = None,
        goal: str = "",
        language: Language | Literal["auto"] = "auto",
        kinds: list[Kind] | None = None,
    ) -> dict[str, Any]:
        """Find what matters in a text: summary, key points, tasks, questions and categories.

        No model is involved: every statement is quoted from the text word for word, and cites the
        page and block that it comes from. Give one of ``page``, ``segments`` and ``text``.

        Args:
            page: a page as ``notion.extract_page`` returns it: ``{id, title, segments,
                properties?}``.
            segments: the text in pieces, each as ``{block_id, type, text, heading_path}``.
            text: plain text; its paragraphs are cited as ``segment-1`` and so on.
            goal: what the reader wants to know; statements about it are ranked higher.
            language: language of the text; ``auto`` detects it.
            kinds: the parts of the analysis that are wanted, the others are empty; default: all.
        """
        subject = _subject(page, segments, text)
        known = None if language == "auto" else language
        analysis = await asyncio.to_thread(analyze, subject, goal, self.settings, known)
        unwanted = set() if kinds is None else set(get_args(Kind)) - set(kinds)
        empty: dict[str, Any] = {kind: None if kind == "sentiment" else [] for kind in unwanted}
        return analysis | empty

    @tool(effect="read")
    async def check_citations(
        self, analysis: dict[str, Any], page: dict[str, Any]
    ) -> dict[str, Any]:
        """Check that every statement of an analysis cites blocks of its page.

        Returns ``{analysis, dropped}``. Citations of blocks that do not exist are removed; a
        statement left without one is assigned to the block whose words it shares, or else dropped.

        Args:
            analysis: an analysis such as a model has made: ``{summary, key_points, action_items,
                ...}``.
            page: the page that was analysed, as ``notion.extract_page`` returns it.
        """
        checked = await asyncio.to_thread(check, analysis, read_page(page))
        return {"analysis": checked.analysis, "dropped": checked.dropped}

    @tool(effect="read", aliases=("build_knowledge_base",))
    async def knowledge_base(
        self,
        documents: list[dict[str, Any]],
        goal: str = "",
        title: str = "Knowledge base",
    ) -> dict[str, Any]:
        """Combine many pages into one knowledge base: ``{knowledge_base, markdown, dropped}``.

        Every statement cites its pages and blocks; one that several pages make appears once and
        cites all of them.

        Args:
            documents: the pages, each as ``{page, analysis?}``. A page without an analysis is
                analysed here; a given analysis is checked as ``check_citations`` does.
            goal: what the reader wants to know; statements about it are ranked higher.
            title: title of the knowledge base.
        """
        return await asyncio.to_thread(self._knowledge_base, documents, goal, title)

    def _knowledge_base(self, given: list[dict[str, Any]], goal: str, title: str) -> dict[str, Any]:
        documents = read_documents(given, goal, self.settings)
        base = knowledge_base(documents, goal, title, self.settings)
        dropped = [one for document in documents for one in document.dropped]
        return {"knowledge_base": base, "markdown": to_markdown(base), "dropped": dropped}


def _subject(
    page: Mapping[str, Any] | None, segments: list[dict[str, Any]] | None, text: str | None
) -> Page:
    given = [one for one in (page, segments, text) if one is not None]
    if len(given) != 1:
        raise InvalidInput("give one of page, segments and text", path="$.page")
    if page is not None:
        return read_page(page)
    if segments is not None:
        return Page(segments=read_segments(segments))
    return page_of_text(text or "")
