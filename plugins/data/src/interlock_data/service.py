"""The data service: all groups of tools."""

from __future__ import annotations

from typing import Any

from interlock.sdk import tool
from interlock_data.choices import KINDS, Html, Kind, Lists, Replacement, Winner
from interlock_data.converting import Converting


class Data(Converting):
    """JSON values and texts, without a network."""

    @tool(effect="read", cacheable=True)
    async def validate(
        self, data: Any, schema: dict[str, Any] | bool, formats: bool = True, limit: int = 100
    ) -> dict[str, Any]:
        """Check a value against a JSON Schema: ``{valid, count, errors: [{path, reason, rule}]}``.

        Args:
            data: any JSON.
            schema: of draft 4 to 2020-12, by its ``$schema``; other documents are not fetched.
            formats: whether ``format`` is checked as well.
            limit: how many errors are listed; ``count`` counts all.
        """
        result: dict[str, Any] = await self._workers.run(
            "checking:check", data=data, schema=schema, formats=formats, limit=limit
        )
        return result

    @tool(effect="read", cacheable=True)
    async def sanitise(
        self,
        data: Any,
        redact: list[Kind] = list(KINDS),  # noqa: B006 - never changed
        fields: list[str] | None = None,
        html: Html = "safe",
        controls: bool = True,
        replacement: Replacement = "label",
        region: str = "",
    ) -> dict[str, Any]:
        """Clean every text in a value: ``{data, found}``, which counts by kind.

        Args:
            data: any JSON.
            redact: what is replaced: e-mail addresses, phone numbers, payment cards, IBANs, IP
                addresses, keys and tokens of well-known services.
            fields: names of members whose values are replaced whatever they are, in any case, such
                as ``password``.
            html: ``safe`` leaves harmless elements, ``text`` none, ``escape`` shows all as text,
                ``keep`` changes nothing.
            controls: remove control characters, and marks that reverse the direction of text.
            replacement: ``label`` writes ``[email]``; ``number`` writes ``[email 1]``, the same for
                the same value; ``stars`` keeps the length.
            region: country of phone numbers without ``+``, such as ``DE``.
        """
        result: dict[str, Any] = await self._workers.run(
            "cleaning.sanitise:sanitise",
            data=data,
            kinds=redact,
            fields=fields or [],
            html=html,
            controls=controls,
            replacement=replacement,
            region=region,
        )
        return result

    @tool(effect="read", cacheable=True)
    async def merge(
        self,
        left: Any,
        right: Any,
        base: Any = None,
        winner: Winner = "right",
        deep: bool = True,
        lists: Lists = "replace",
        key: str = "id",
        newest_by: str = "updated_at",
    ) -> dict[str, Any]:
        """Merge two values: ``{data, conflicts: [{path, left, right, taken}]}``.

        Args:
            left: any JSON.
            right: any JSON.
            base: what both were made from: what only one side has changed is then no conflict.
            winner: whose value is taken where both differ; ``newest``: of the side whose object
                has the later ``newest_by``; ``fail``: the merge fails and lists the conflicts.
            deep: merge objects by key; otherwise they are taken whole.
            lists: take one of them (``replace``), both (``append``), both without repetition
                (``union``), or merge objects with the same ``key`` (``by_key``).
            key: of objects in lists.
            newest_by: a field with a number or a time in ISO 8601.
        """
        rules = {"winner": winner, "deep": deep, "lists": lists, "key": key, "newest_by": newest_by}
        result: dict[str, Any] = await self._workers.run(
            "merging:merge", left=left, right=right, base=base, **rules
        )
        return result

    @tool(effect="read", cacheable=True)
    async def diff(self, before: Any, after: Any) -> dict[str, Any]:
        """Compare two values: ``{equal, patch, changes}``.

        ``patch`` is a JSON Patch (RFC 6902) that makes ``after`` of ``before``, ``changes`` a line
        to read for each of its operations.

        Args:
            before: any JSON.
            after: any JSON.
        """
        result: dict[str, Any] = await self._workers.run(
            "comparing:diff", before=before, after=after
        )
        return result

    @tool(effect="read", cacheable=True)
    async def patch(self, data: Any, patch: list[dict[str, Any]]) -> Any:
        """Apply a JSON Patch (RFC 6902): all of its operations or, if one does not fit, none.

        Args:
            data: any JSON.
            patch: operations ``{op, path, value?, from?}``.
        """
        return await self._workers.run("patching:patched", data=data, operations=patch)
