"""Lists of a server, which come page by page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from interlock.sdk import Rejected

_MOST = 10_000


async def every(page_at: Callable[[str | None], Awaitable[Any]], what: str) -> list[Any]:
    """All entries.

    Args:
        page_at: the page at a cursor; the first is at None.
        what: the field of a page that has the entries.

    Raises:
        Rejected: there is no end to it.
    """
    found: list[Any] = []
    cursor: str | None = None
    while len(found) <= _MOST:
        page = await page_at(cursor)
        found += getattr(page, what)
        cursor = page.next_cursor
        if not cursor:
            return found
    raise Rejected(f"the server lists more than {_MOST} {what}")
