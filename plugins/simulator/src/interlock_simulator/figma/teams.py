"""A team's library: what all recorded files publish, page by page."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from interlock_simulator.figma import errors
from interlock_simulator.figma.library import Library
from interlock_simulator.figma.published import published
from interlock_simulator.vendor import Handler, reply

_KINDS = ("components", "component_sets", "styles")
_LARGEST_PAGE = 1000
_PAGE = 30


class Teams:
    """Handlers; the simulated account has one team, whatever its id is said to be."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def routes(self) -> list[web.RouteDef]:
        return [web.get(f"/v1/teams/{{team}}/{kind}", self._listing(kind)) for kind in _KINDS]

    def _listing(self, kind: str) -> Handler:
        async def handler(request: web.Request) -> web.Response:
            size, after, before = (
                _number(request, name, usual)
                for name, usual in (("page_size", _PAGE), ("after", 0), ("before", 0))
            )
            if not 0 < size <= _LARGEST_PAGE:
                raise errors.refused(request, 400, f"page_size: Must be 1 to {_LARGEST_PAGE}")
            entries = await asyncio.to_thread(self._entries, kind)
            start = max(before - 1 - size, 0) if before else after
            page = entries[start : start + size]
            # Cursors are places in the list, counted from 1.
            cursor = {}
            if start:
                cursor["before"] = start + 1
            if start + size < len(entries):
                cursor["after"] = start + size
            meta = {kind: page, "cursor": cursor}
            return reply({"status": 200, "error": False, "meta": meta})

        return handler

    def _entries(self, kind: str) -> list[dict[str, Any]]:
        keys = self._library.keys()
        files = ((key, self._library.file(key)) for key in keys)
        return [entry for key, file in files if file for entry in published(key, file, kind)]


def _number(request: web.Request, name: str, usual: int) -> int:
    given = request.query.get(name)
    if given is None:
        return usual
    if not given.isdecimal():
        raise errors.refused(request, 400, f"{name}: Expected number")
    return int(given)
