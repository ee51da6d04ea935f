"""One workspace: its connection, its limits, its errors, and what the groups of tools share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from interlock.sdk import (
    BreakerPolicy,
    HttpOptions,
    InvalidInput,
    NotFound,
    Policies,
    RatePolicy,
    RetryPolicy,
    Service,
    ServiceError,
    ToolSpec,
)
from interlock_notion import objects
from interlock_notion.errors import read_error
from interlock_notion.requests import Requests
from interlock_notion.settings import NotionSettings

if TYPE_CHECKING:
    import httpx

# Reading or writing all of something takes many requests at three a second.
LONG = Policies(deadline=900.0)


class Workspace(Service[NotionSettings]):
    """The service without its tools: what every group of them stands on."""

    policies = Policies(
        deadline=60.0, retry=RetryPolicy(attempts=3), breaker=BreakerPolicy(), concurrency=16
    )
    fixed_tools = True

    async def start(self) -> None:
        self.requests = Requests(self.settings, self.context)

    async def check(self) -> None:
        await self.requests.get("/v1/users/me")

    def http_options(self) -> HttpOptions:
        return HttpOptions(
            base_url=self.settings.base_url,
            headers={
                "Authorization": f"Bearer {self.settings.token.get_secret_value()}",
                "Notion-Version": self.settings.version,
            },
            http2=self.settings.base_url.startswith("https:"),
        )

    def read_error(self, response: httpx.Response) -> ServiceError:
        return read_error(response, self.world.time())

    def tools(self) -> Mapping[str, ToolSpec]:
        """The tools, at the rate that the settings give."""
        mine = Policies(rate=(RatePolicy(limit=self.settings.rate),))
        return {
            name: replace(spec, policies=mine.under(spec.policies))
            for name, spec in super().tools().items()
        }

    async def container(self, found_id: str) -> dict[str, Any]:
        """The database of this id, or the database-like view of a data source of this id.

        The result is ``{id, data_sources: [{id, name}]}`` and more of the database.
        """
        try:
            return objects.database(await self.requests.get(f"/v1/databases/{found_id}"))
        except (NotFound, InvalidInput):
            if not self.settings.has_data_sources:
                raise
        source = objects.data_source(await self.requests.get(f"/v1/data_sources/{found_id}"))
        only = {"id": source["id"], "name": source["title"]}
        return {**source, "id": source["database_id"], "data_sources": [only]}

    async def only_source(self, found_id: str) -> str:
        """The data source of this id, or the one that the database of this id holds.

        Raises:
            InvalidInput: the database holds none or several.
        """
        sources = (await self.container(found_id))["data_sources"]
        if len(sources) == 1:
            return str(sources[0]["id"])
        names = ", ".join(f"{source['name']} ({source['id']})" for source in sources)
        raise InvalidInput(
            f"database {found_id} has {len(sources)} data sources: {names}",
            hint="give the id of one of them",
            path="$.database_id",
        )

    def source_path(self, source_id: str) -> str:
        """Where a data source (before 2025-09-03: a database) is read."""
        kind = "data_sources" if self.settings.has_data_sources else "databases"
        return f"/v1/{kind}/{source_id}"
