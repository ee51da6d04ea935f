"""The analysis service: pure computation, so it needs no connection and never retries."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Literal

from interlock.sdk import InvalidInput, Policies, Service, tool
from interlock_analysis.analyze import analyze
from interlock_analysis.citations import check
from interlock_analysis.knowledge import knowledge_base, read_documents
from interlock_analysis.language import Language
from interlock_analysis.markdown import to_markdown
from interlock_analysis.pages import Page, page_of_text, read_page, read_segments
from interlock_analysis.settings import AnalysisSettings


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
    ) -> dict[str, Any]:
        """Find what matters in a text: summary, key points, tasks, questions, categories.

        Every statement stands word for word in the text and cites its page and block.

        Args:
            page: as notion.extract_page gives it: {id, title, segments, properties?}.
            segments: [{block_id, type, text, heading_path}], instead of a page.
            text: plain text, instead of a page; its paragraphs become segment-1 and so on.
            goal: what the reader is after.
            language: of the text; auto finds out.
        """
        subject = _subject(page, segments, text)
        known = None if language == "auto" else language
        return await asyncio.to_thread(analyze, subject, goal, self.settings, known)

    @tool(effect="read")
    async def check_citations(
        self, analysis: dict[str, Any], page: dict[str, Any]
    ) -> dict[str, Any]:
        """Check an analysis against its page: every statement must cite blocks that exist.

        Unknown block ids are removed and reported; a statement that is left without one is put to
        the block whose words it shares, or dropped.

        Args:
            analysis: {summary, key_points, action_items, ...}, from a model say.
            page: the page that was analysed.
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
        """Make one knowledge base of many pages, as JSON and Markdown, with citations throughout.

        Statements that several pages make stand once and cite all of them.

        Args:
            documents: [{page, analysis?}]; a page without analysis is analysed, an analysis from
                elsewhere is checked.
            goal: what the reader is after.
            title: of the knowledge base.
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
