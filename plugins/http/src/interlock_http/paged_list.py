"""Goes through the pages of a list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx

from interlock.sdk import InvalidInput, Rejected, current_call
from interlock_http.jmespaths import look_up
from interlock_http.operation import Operation, Request, request_of
from interlock_http.paging import Paging, Position, argument_of

Send = Callable[[Request, str], Awaitable[tuple[Any, httpx.Response]]]


class PagedList:
    """A list behind an operation.

    Args:
        origin: the API's; what is said to be the next page goes out with our credentials, so it
            has to be there.
    """

    def __init__(self, service: str, operation: Operation, paging: Paging, origin: str) -> None:
        self._subject = f"{service}: {operation.name}"
        self._operation = operation
        self._paging = paging
        self._origin = httpx.URL(origin)

    async def page(self, arguments: Mapping[str, Any], send: Send) -> dict[str, Any]:
        """One page as ``{items, next}``; ``next`` is null at the end."""
        wanted = dict(arguments)
        position = wanted.pop("next", None)
        items, following = await self._page(wanted, position, send)
        return {"items": items, "next": following}

    async def collected(self, arguments: Mapping[str, Any], send: Send) -> dict[str, Any]:
        """All pages, up to the bound, as ``{items, truncated}``."""
        most = self._paging.max_items
        items: list[Any] = []
        position: Position | None = None
        seen: set[Position] = set()
        while True:
            found, position = await self._page(arguments, position, send)
            items += found
            current_call().progress(len(items), None, f"{len(items)} items")
            if position is None or len(items) >= most:
                return {
                    "items": items[:most],
                    "truncated": position is not None or len(items) > most,
                }
            if position in seen:
                raise Rejected(
                    f"{self._subject}: the pages lead in a circle",
                    hint="see whether `paging` names the argument that the API reads",
                )
            seen.add(position)

    async def _page(
        self, arguments: Mapping[str, Any], position: Position | None, send: Send
    ) -> tuple[list[Any], Position | None]:
        url = ""
        if position is not None and (argument := argument_of(self._paging)):
            arguments = {**arguments, argument: position}
        request = request_of(self._operation, arguments)
        if position is not None and not argument_of(self._paging):
            url = self._home(position)
            # A link holds the query of the first request, as far as it is wanted.
            request.query = []
        answer, response = await send(request, url)
        items = look_up(self._paging.items, answer)
        if not isinstance(items, list):
            raise Rejected(
                f"{self._subject}: {self._paging.items!r} leads to no list",
                hint="correct `items` under `paging`",
            )
        return items, self._paging.following(arguments, answer, response, len(items))

    def _home(self, position: Position) -> str:
        try:
            url = httpx.URL(str(position))
        except httpx.InvalidURL as error:
            raise InvalidInput(f"{self._subject}: next: {error}", path="$.next") from None
        if (url.scheme, url.netloc) != (self._origin.scheme, self._origin.netloc):
            raise Rejected(
                f"{self._subject}: the next page is said to be at another host: {url.host}"
            )
        return str(url)
