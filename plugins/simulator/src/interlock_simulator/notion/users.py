"""Users: the integration itself, and the people of the recordings."""

from __future__ import annotations

from aiohttp import web

from interlock_simulator.notion.errors import BOT_ID
from interlock_simulator.notion.exchange import answer, path_id
from interlock_simulator.notion.lists import page_of
from interlock_simulator.notion.workspace import Workspace


class Users:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/v1/users", self.users),
            web.get("/v1/users/me", self.me),
            web.get("/v1/users/{user_id}", self.user),
        ]

    async def users(self, request: web.Request) -> web.Response:
        return answer(request, page_of(self._workspace.users, "user", request.query))

    async def me(self, request: web.Request) -> web.Response:
        return answer(request, self._workspace.user(BOT_ID))

    async def user(self, request: web.Request) -> web.Response:
        return answer(request, self._workspace.user(path_id(request, "user_id")))
