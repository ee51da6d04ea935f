"""The routes of reactions to comments."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from interlock_simulator.figma import errors
from interlock_simulator.figma.comments import Comments
from interlock_simulator.figma.requests import read_body
from interlock_simulator.vendor import reply

_EMOJI = re.compile(r":[\w+-]+:(:skin-tone-[2-6]:)?")
_DONE = {"status": 200, "error": False}


class ReactionRoutes:
    """Handlers over the comments of the simulated account."""

    def __init__(self, comments: Comments) -> None:
        self._comments = comments

    def routes(self) -> list[web.RouteDef]:
        path = "/v1/files/{key}/comments/{comment}/reactions"
        return [
            web.get(path, self._of),
            web.post(path, self._add),
            web.delete(path, self._delete),
        ]

    async def _of(self, request: web.Request) -> web.Response:
        return reply({"reactions": self._comment(request)["reactions"], "pagination": {}})

    async def _add(self, request: web.Request) -> web.Response:
        comment = self._comment(request)
        emoji = str((await read_body(request)).get("emoji", ""))
        if not _EMOJI.fullmatch(emoji):
            raise errors.refused(request, 400, "emoji: Invalid")
        self._comments.react(comment, emoji)
        return reply(_DONE)

    async def _delete(self, request: web.Request) -> web.Response:
        comment = self._comment(request)
        if not self._comments.unreact(comment, request.query.get("emoji", "")):
            raise errors.refused(request, 404, "Not found")
        return reply(_DONE)

    def _comment(self, request: web.Request) -> dict[str, Any]:
        found = self._comments.get(request.match_info["key"], request.match_info["comment"])
        if found is None:
            raise errors.refused(request, 404, "Not found")
        return found
