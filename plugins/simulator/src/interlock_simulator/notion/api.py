"""Notion's REST API over the workspace."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from interlock_simulator.deliveries import Announcement, Deliveries, Outcome
from interlock_simulator.notion import errors
from interlock_simulator.notion.blocks import Blocks
from interlock_simulator.notion.comments import Comments
from interlock_simulator.notion.containers import Containers
from interlock_simulator.notion.databases import Databases
from interlock_simulator.notion.exchange import WORKSPACE, admitted
from interlock_simulator.notion.markdown import Markdown
from interlock_simulator.notion.pages import Pages
from interlock_simulator.notion.subscriptions import Subscriptions
from interlock_simulator.notion.uploads import Uploads
from interlock_simulator.notion.users import Users
from interlock_simulator.notion.views import Views
from interlock_simulator.notion.workspace import Workspace
from interlock_simulator.vendor import refusing


class Notion:
    """The vendor; everything written stays in memory until :meth:`reset`."""

    name = "notion"
    throttled = staticmethod(errors.throttled)
    failed = staticmethod(errors.failed)

    def __init__(self, workspace: Workspace, query_limit: int, deliveries: Deliveries) -> None:
        self._workspace = workspace
        self._query_limit = query_limit
        self._subscriptions = Subscriptions(workspace, deliveries)

    def reset(self) -> None:
        self._subscriptions.clear()
        self._workspace.load()

    async def subscribe(self, endpoint: str) -> dict[str, Any]:
        """Have an endpoint told of what happens, as a person does in Notion's settings."""
        return await self._subscriptions.add(endpoint)

    async def announce(self, what: Announcement) -> list[Outcome]:
        """Tell the subscribers of something that happened."""
        return await self._subscriptions.announce(what)

    def application(self) -> web.Application:
        application = web.Application(
            middlewares=[refusing(lambda request: errors.no_such_url()), admitted]
        )
        application[WORKSPACE] = self._workspace
        blocks = Blocks(self._workspace)
        parts = (
            Pages(self._workspace, blocks),
            blocks,
            Databases(self._workspace, self._query_limit),
            Containers(self._workspace, blocks),
            Markdown(self._workspace, blocks),
            Comments(self._workspace),
            Users(self._workspace),
            Uploads(self._workspace),
            Views(self._workspace),
        )
        for part in parts:
            application.add_routes(part.routes())
        return application
