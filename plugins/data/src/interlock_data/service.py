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

        A value that does not fit is a result like any other, not an error of the call.

        Args:
            data: the value, any JSON.
            schema: JSON Schema of draft 4 to 2020-12, as its ``$schema`` says; references to other
                documents are not followed.
            formats: whether the keyword ``format`` is checked as well.
            limit: how many errors are listed at most; ``count`` is the number of all.
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
        """Remove personal data and unsafe HTML from every text in a value: ``{data, found}``.

        ``found`` tells how much of each kind was replaced or removed.

        Args:
            data: the value, any JSON.
            redact: kinds of data to replace: e-mail addresses, phone numbers, payment cards, IBANs,
                IP addresses, and keys and tokens of well-known services. Default: all of them.
            fields: names of fields whose values are replaced whatever they are, such as
                ``password``; upper and lower case do not matter.
            html: what becomes of HTML: ``safe`` keeps harmless elements, ``text`` keeps their text
                alone, ``escape`` shows the source, ``keep`` changes nothing.
            controls: whether to remove control characters and marks that reverse the direction of
                text.
            replacement: what is written instead: ``label`` gives ``[email]``, ``number`` gives
                ``[email 1]`` with the same number for the same value, ``stars`` a star for each
                character, ``remove`` nothing.
            region: country code of phone numbers that have no ``+``, such as ``DE``.
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
            left: the one value, any JSON.
            right: the other value, any JSON.
            base: the value that both were made from; what only one side has changed since is then
                no conflict.
            winner: which side is taken where they differ; ``newest`` takes the one whose object has
                the later ``newest_by``; ``fail`` makes the call fail and lists the conflicts.
            deep: whether objects are merged field by field; otherwise they are taken whole.
            lists: how lists are merged: ``replace`` takes one of them, ``append`` both, ``union``
                both without repetition, ``by_key`` merges their objects that have the same ``key``.
            key: name of the field that identifies an object in a list, for ``by_key``.
            newest_by: name of the field that dates an object, a number or a time in ISO 8601, for
                ``newest``.
        """
        rules = {"winner": winner, "deep": deep, "lists": lists, "key": key, "newest_by": newest_by}
        result: dict[str, Any] = await self._workers.run(
            "merging:merge", left=left, right=right, base=base, **rules
        )
        return result

    @tool(effect="read", cacheable=True)
    async def diff(self, before: Any, after: Any) -> dict[str, Any]:
        """Compare two values: ``{equal, patch, changes}``.

        ``patch`` is a JSON Patch (RFC 6902) that turns ``before`` into ``after``; ``changes``
        describes each of its operations in a line of text.

        Args:
            before: the value to start from, any JSON.
            after: the value to compare it with, any JSON.
        """
        result: dict[str, Any] = await self._workers.run(
            "comparing:diff", before=before, after=after
        )
        return result

    @tool(effect="read", cacheable=True)
    async def patch(self, data: Any, patch: list[dict[str, Any]]) -> Any:
        """Apply a JSON Patch (RFC 6902) to a value: all of its operations, or none if one fails.

        Args:
            data: the value, any JSON.
            patch: the operations, each as ``{op, path, value?, from?}``.
        """
        return await self._workers.run("patching:patched", data=data, operations=patch)
