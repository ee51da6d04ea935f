"""Tools that write to a page which somebody else may have changed since it was read.

Notion's times are exact to the minute and its writes know no condition, so a change is found by
comparing values, and the write follows at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from interlock.sdk import Conflict, InvalidInput, tool
from interlock_notion import conflicts, objects, properties, revising, writing
from interlock_notion.blocks import Tree, read_tree
from interlock_notion.conflicts import CONTENT, Field, Side, Strategy
from interlock_notion.ids import object_id
from interlock_notion.markdown import render
from interlock_notion.tools.content import ContentTools
from interlock_notion.workspace import LONG

_TO_THE_MINUTE = timedelta(minutes=1)


class SyncTools(ContentTools):
    """Comparing and synchronising pages."""

    @tool(effect="read", policies=LONG)
    async def compare_page(
        self,
        page_id: str,
        base: dict[str, Any],
        properties: dict[str, Any] | None = None,
        markdown: str | None = None,
    ) -> dict[str, Any]:
        """Compare a planned write with the page as it is now, without writing anything.

        For each field, ``state`` tells who changed it since ``base`` was read: nobody (``same``),
        the planned write (``source``), the page (``target``) or ``both``. ``seen`` is the page as
        it is now, for use as the ``base`` of a later ``sync_page``.

        Args:
            page_id: id of the page, or a link to it.
            base: the page as it was read before: ``{properties, markdown?}`` of ``extract_page``.
            properties: properties to be written, as plain JSON by name.
            markdown: content to be written, as Markdown.
        """
        found_id = object_id(page_id, "page_id")
        page, _, fields = await self._compared(found_id, base, properties or {}, markdown)
        open_ones = [one.name for one in fields if one.conflicts]
        seen: dict[str, Any] = {"properties": page["properties"]}
        text = next((one.target for one in fields if one.name == CONTENT), None)
        seen |= {} if text is None else {"markdown": text}
        return {
            "page_id": found_id,
            "changed": any(one.state in ("target", "both") for one in fields),
            "conflicts": open_ones,
            "fields": [one.to_dict() for one in fields],
            "seen": seen,
            "last_edited_time": page.get("last_edited_time"),
            "last_edited_by": page.get("last_edited_by"),
        }

    @tool(idempotent=True, policies=LONG, ordering_key="page_id")
    async def sync_page(
        self,
        page_id: str,
        base: dict[str, Any],
        properties: dict[str, Any] | None = None,
        markdown: str | None = None,
        strategy: Strategy = "fail",
        changed_at: str | None = None,
        choices: dict[str, Side] | None = None,
    ) -> dict[str, Any]:
        """Write to a page that somebody else may have changed since it was read.

        What only one side has changed is never lost; ``strategy`` decides the fields that both
        sides have changed. Returns the names of the fields ``written``, ``kept`` and ``merged``.

        Args:
            page_id: id of the page, or a link to it.
            base: the page as it was read before: ``{properties, markdown?}`` of ``extract_page``.
            properties: properties to write, as plain JSON by name.
            markdown: content to write, as Markdown.
            strategy: ``fail`` writes nothing if both sides changed a field; ``source`` takes the
                values given here, ``target`` those of the page, wherever the page was changed;
                ``newest`` takes the side that changed last; ``merge`` joins lists, and texts line
                by line, and fails where the two exclude each other.
            changed_at: when the values given here were changed, in ISO 8601; for ``newest``.
            choices: ``source`` or ``target`` by name of a field, before the strategy is asked; the
                content's name is ``$content``.
        """
        found_id = object_id(page_id, "page_id")
        page, tree, fields = await self._compared(found_id, base, properties or {}, markdown)
        newer = _newer(changed_at, page) if strategy == "newest" else "target"
        decided = conflicts.resolve(fields, strategy, newer=newer, choices=choices)
        if decided.open:
            raise _conflict(found_id, decided.open, page)
        await self._write(found_id, page, tree, decided.write)
        return {
            "page_id": found_id,
            "written": sorted(decided.write),
            "kept": decided.kept,
            "merged": decided.merged,
        }

    async def _compared(
        self, page_id: str, base: Mapping[str, Any], wanted: Mapping[str, Any], text: str | None
    ) -> tuple[dict[str, Any], Tree, list[Field]]:
        """The page and its content as they are now, and the fields."""
        if not isinstance(base.get("properties"), dict):
            raise InvalidInput("base is a page as it was read, with properties", path="$.base")
        if not wanted and text is None:
            raise InvalidInput("give properties or markdown", path="$.properties")
        found = await self.requests.get(f"/v1/pages/{page_id}")
        page = objects.page(found)
        source = _as_read(wanted, page["property_types"])
        before, now = dict(base["properties"]), dict(page["properties"])
        _name_by_id(found["properties"], source, before, now)
        tree = Tree([])
        if text is not None:
            if not isinstance(base.get("markdown"), str):
                raise InvalidInput("base has no markdown to compare with", path="$.base.markdown")
            tree = await read_tree(self.requests, page_id)
            source[CONTENT] = await asyncio.to_thread(revising.normal, text)
            before[CONTENT] = base["markdown"]
            rendered = await asyncio.to_thread(render, tree.blocks, page_id)
            now[CONTENT] = rendered.markdown
        return page, tree, conflicts.compare(before, source, now)

    async def _write(
        self, page_id: str, page: Mapping[str, Any], tree: Tree, values: Mapping[str, Any]
    ) -> None:
        given = {name: value for name, value in values.items() if name != CONTENT}
        if given:
            body = {"properties": properties.to_notion(given, page["property_types"])}
            await self.requests.write("PATCH", f"/v1/pages/{page_id}", body)
        if CONTENT in values:
            content = await writing.content(values[CONTENT], None)
            await self.revise(page_id, tree.blocks, content)


def _as_read(wanted: Mapping[str, Any], types: Mapping[str, str]) -> dict[str, Any]:
    """Values as they will be read back, so that Notion's value objects compare as well."""
    written = properties.to_notion(wanted, types)
    return {
        name: properties.value_of({"type": types.get(name, ""), **value})
        for name, value in written.items()
    }


def _name_by_id(
    given: Mapping[str, Any],
    source: Mapping[str, Any],
    before: dict[str, Any],
    now: dict[str, Any],
) -> None:
    """People are written by id and read by name: compare ids, where the page tells both."""
    for name in source:
        people = (given.get(name) or {}).get("people")
        if isinstance(people, list):
            ids = [person.get("id") for person in people]
            if conflicts.equal(before.get(name), now[name]):
                before[name] = ids
            now[name] = ids


def _newer(changed_at: str | None, page: Mapping[str, Any]) -> Side:
    """The side that changed last; within the minute that Notion tells, the page's."""
    try:
        mine = datetime.fromisoformat(str(changed_at))
        theirs = datetime.fromisoformat(str(page.get("last_edited_time")))
        return "source" if mine >= theirs + _TO_THE_MINUTE else "target"
    except (TypeError, ValueError):
        raise InvalidInput(
            "newest needs changed_at, a time with its zone such as 2026-01-31T10:00:00Z",
            path="$.changed_at",
        ) from None


def _conflict(page_id: str, open_ones: list[Field], page: Mapping[str, Any]) -> Conflict:
    names = ", ".join(one.name for one in open_ones)
    return Conflict(
        f"page {page_id} was changed since it was read: {names}",
        hint="choose another strategy, or decide each field in choices",
        fields=[one.to_dict() for one in open_ones],
        last_edited_time=page.get("last_edited_time"),
    )
