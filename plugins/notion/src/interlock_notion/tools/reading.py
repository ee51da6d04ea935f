"""Tools that read pages: properties, blocks, Markdown, segments."""

from __future__ import annotations

import asyncio
from typing import Any, Literal

from interlock.sdk import NeedsAttention, NotFound, tool
from interlock_notion import objects, properties
from interlock_notion.blocks import read_tree, walk
from interlock_notion.ids import object_id
from interlock_notion.markdown import render
from interlock_notion.rich_text import Span, merged, spans_of
from interlock_notion.segments import segments_of
from interlock_notion.workspace import LONG, Workspace


class ReadingTools(Workspace):
    """Pages and what is on them."""

    @tool(effect="read")
    async def get_page(self, page_id: str) -> dict[str, Any]:
        """Read the title and properties of a page as plain JSON, without its content.

        Args:
            page_id: id of the page, or a link to it.
        """
        return await self._page(object_id(page_id, "page_id"))

    @tool(effect="read")
    async def get_page_property(self, page_id: str, property: str) -> dict[str, Any]:  # noqa: A002 - Notion's own word
        """Read one property of a page, with all entries of a long list: ``{id, type, value}``.

        Args:
            page_id: id of the page, or a link to it.
            property: name or id of the property.
        """
        found_id = object_id(page_id, "page_id")
        found = await self.requests.get(f"/v1/pages/{found_id}")
        given = found.get("properties") or {}
        wanted = given.get(property) or next(
            (prop for prop in given.values() if prop.get("id") == property), None
        )
        if wanted is None:
            raise NotFound(f"page {found_id} has no property {property!r}", nearest=sorted(given))
        value = await self._property(found_id, wanted["id"])
        return {"id": wanted["id"], "type": wanted.get("type"), "value": value}

    @tool(effect="read", policies=LONG)
    async def get_blocks(self, block_id: str, max_depth: int | None = None) -> dict[str, Any]:
        """Read all blocks below a page or block as Notion stores them.

        The blocks below each are in its field ``children``. Blocks that cannot be read are reported
        in ``warnings``.

        Args:
            block_id: id of the page or block, or a link to it.
            max_depth: how many levels to read; 1 gives the direct children. Default: all.
        """
        found_id = object_id(block_id, "block_id")
        tree = await read_tree(self.requests, found_id, max_depth)
        return {
            "block_id": found_id,
            "blocks": tree.blocks,
            "count": sum(1 for _ in walk(tree.blocks)),
            "types": tree.types(),
            "warnings": tree.warnings,
        }

    @tool(effect="read", policies=LONG)
    async def page_markdown(
        self, page_id: str, by: Literal["blocks", "notion"] = "blocks"
    ) -> dict[str, Any]:
        """Read a page as Markdown: ``{page_id, title, url, markdown, sources, warnings}``.

        Args:
            page_id: id of the page, or a link to it.
            by: who writes the Markdown. ``blocks`` reads every block, and ``sources`` tells which
                lines came from which; ``notion`` takes few requests and returns Notion's own
                dialect, with ``sources`` empty.
        """
        if by == "notion":
            return await self._in_notions_words(object_id(page_id, "page_id"))
        page = await self._extract(object_id(page_id, "page_id"))
        kept = ("title", "url", "markdown", "sources", "warnings")
        return {"page_id": page["id"], **{name: page[name] for name in kept}}

    @tool(effect="read", policies=LONG, aliases=("extract_notion_page",))
    async def extract_page(self, page_id: str, blocks: bool = True) -> dict[str, Any]:
        """Read a whole page: properties as plain JSON, blocks, Markdown and text segments.

        Each segment is the text of one block, with the block's id and the headings above it, so
        that an analysis can cite it.

        Args:
            page_id: id of the page, or a link to it.
            blocks: whether the result contains the blocks as Notion stores them; it is several
                times larger then.
        """
        page = await self._extract(object_id(page_id, "page_id"))
        if not blocks:
            del page["blocks"]
        return page

    async def _in_notions_words(self, page_id: str) -> dict[str, Any]:
        """The page, and what Notion left out of it, by the ids that it names."""
        facts = await self._page(page_id)
        texts: list[str] = []
        warnings: list[str] = []
        waiting, seen = [page_id], {page_id}
        while waiting:
            found_id = waiting.pop(0)
            try:
                found = await self.requests.get(f"/v1/pages/{found_id}/markdown")
            except (NotFound, NeedsAttention) as error:
                if found_id == page_id:
                    raise
                warnings.append(f"block {found_id}: {error.message}")
                continue
            texts.append(str(found.get("markdown") or ""))
            unknown = [str(one) for one in found.get("unknown_block_ids") or ()]
            if found.get("truncated") and not unknown:
                warnings.append(f"{found_id}: Notion cut the text short")
            waiting += [one for one in unknown if one not in seen]
            seen.update(unknown)
        return {
            "page_id": page_id,
            "title": facts["title"],
            "url": facts["url"],
            "markdown": "\n".join(texts),
            "sources": [],
            "warnings": warnings,
        }

    async def _page(self, page_id: str) -> dict[str, Any]:
        """The page, with the whole of properties that Notion cut short."""
        found = await self.requests.get(f"/v1/pages/{page_id}")
        page = objects.page(found)
        for name in page["cut_properties"]:
            whole = await self._property(page_id, found["properties"][name]["id"])
            page["properties"][name] = whole
        return {**page, "cut_properties": []}

    async def _property(self, page_id: str, property_id: str) -> Any:
        path = f"/v1/pages/{page_id}/properties/{property_id}"
        return _whole([answer async for answer in self.requests.pages(path)])

    async def _extract(self, page_id: str) -> dict[str, Any]:
        page = await self._page(page_id)
        tree = await read_tree(self.requests, page_id)
        # A large page would keep the loop for long.
        rendered = await asyncio.to_thread(render, tree.blocks, page_id)
        return {
            **page,
            "blocks": tree.blocks,
            "markdown": rendered.markdown,
            "sources": rendered.sources,
            "segments": segments_of(tree.blocks),
            "warnings": tree.warnings,
        }


def _whole(answers: list[dict[str, Any]]) -> Any:
    """The value of a property from its item, or from the pages of its list."""
    first = answers[0]
    if first.get("object") != "list":
        return properties.value_of(first)
    items = [item for answer in answers for item in answer["results"]]
    described = first.get("property_item") or {}
    kind = str(described.get("type") or first.get("type"))
    if kind in ("rich_text", "title"):
        spans: list[Span] = merged(span for item in items for span in spans_of([item.get(kind)]))
        return "".join(span.text for span in spans)
    if kind == "rollup" and (answers[-1]["property_item"]["rollup"]).get("type") != "array":
        return properties.value_of({"type": "rollup", **answers[-1]["property_item"]})
    return [properties.value_of(item) for item in items]
