"""The mcp service: tools of a server, under our guard rails and in our journal."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

import anyio
import httpx

from interlock.sdk import (
    HttpOptions,
    NeedsAttention,
    NotFound,
    Service,
    ServiceError,
    ToolSpec,
    current_call,
    declared_tool,
    error_from_response,
    tool,
)
from interlock_mcp.definitions import (
    ToolFilter,
    definition_of,
    facts_of,
    free_name,
    local_name,
    wanted,
)
from interlock_mcp.failures import failure_in, json_rpc_error
from interlock_mcp.pages import every
from interlock_mcp.pins import Definition, Pins
from interlock_mcp.results import resource_of, value_of
from interlock_mcp.settings import McpSettings

if TYPE_CHECKING:
    from mcp import Client
    from mcp_types import CallToolResult, Tool

    from interlock_mcp.connection import Connection


class Mcp(Service[McpSettings]):
    """One MCP server."""

    _connection: Connection | None = None

    def __init__(self, settings: McpSettings, context: Any) -> None:
        super().__init__(settings, context)
        self._filter = ToolFilter(settings)
        self._pins = Pins(context.state, settings.trust)
        self._definitions: dict[str, Definition] = {}
        self._held: dict[str, str] = {}
        self._judging = anyio.Lock()

    def http_options(self) -> HttpOptions:
        secrets = dict(self.settings.headers)
        headers = {name: value.get_secret_value() for name, value in secrets.items()}
        if self.settings.token is not None:
            headers["Authorization"] = f"Bearer {self.settings.token.get_secret_value()}"
        return HttpOptions(self.settings.url, headers=headers)

    def read_error(self, response: httpx.Response) -> ServiceError:
        said = json_rpc_error(response.content)
        message = f"{self.context.name}: {said['message']}" if said else ""
        error = error_from_response(response, now=self.world.time(), message=message)
        # For the bridge: a server may say what is wrong in the protocol's own words.
        error.body = response.content  # type: ignore[attr-defined] # of no use to anybody else
        return error

    async def start(self) -> None:
        command = self.settings.command
        if command and shutil.which(command[0], path=None) is None:
            hint = "install it, or write its full path"
            raise NeedsAttention(
                f"{self.context.name}: there is no program {command[0]!r}", hint=hint
            )
        # Half a second and 20 MB, for those only who have such a service.
        module = await anyio.to_thread.run_sync(import_module, "interlock_mcp.connection")
        self._connection = module.Connection(self.settings, self.context, self._filter, self._learn)
        await self._connection.open()

    async def stop(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    def tools(self) -> Mapping[str, ToolSpec]:
        own = super().tools()
        offered: dict[str, ToolSpec] = {}
        for name, definition in self._definitions.items():
            local = free_name(local_name(name), {*own, *offered})
            offered[local] = self._declared(local, definition)
        return {**offered, **own}

    async def _learn(self, tools: Sequence[Tool]) -> None:
        found = {
            each.name: definition_of(each) for each in tools if wanted(each.name, self.settings)
        }
        for name, reason in self._filter.left_out.items():
            self.log.warning("tool %s is left out: %s", name, reason)
        # What is accepted meanwhile must neither be forgotten nor judged by an older record.
        async with self._judging:
            self._held = await self._pins.held(found.values())
        for name, reason in self._held.items():
            self.log.warning("tool %s is held: %s", name, reason)
        self._definitions = found
        self.context.tools_changed()

    def _declared(self, name: str, definition: Definition) -> ToolSpec:
        if (reason := self._held.get(definition.name)) is not None:
            return self._refusing(name, definition.name, reason)

        async def call(arguments: Mapping[str, Any]) -> Any:
            return await self._call(definition, arguments)

        return declared_tool(
            name,
            call,
            description=definition.description,
            input_schema=definition.input_schema,
            output_schema=definition.output_schema,
            facts=facts_of(definition.hints, believed=self.settings.hints),
            fill_defaults=False,
        )

    def _refusing(self, name: str, theirs: str, reason: str) -> ToolSpec:
        """In the place of a tool that is held: nobody is shown what it says of itself now."""

        async def refuse(arguments: Mapping[str, Any]) -> Any:
            raise NeedsAttention(
                f"{self.context.name}: tool {theirs!r} is held: {reason}",
                hint=f"look at it with {self.context.name}.definitions, then "
                f"{self.context.name}.accept_tool",
            )

        return declared_tool(name, refuse, description="Held until an operator accepts it.")

    async def _call(self, definition: Definition, arguments: Mapping[str, Any]) -> Any:
        run = self._run_task if definition.as_task else self._run
        try:
            result = await run(definition.name, arguments)
        except RuntimeError as error:
            # The SDK's own word for a result that is not what the tool's schema promises.
            raise NeedsAttention(f"{self.context.name}: {definition.name}: {error}") from None
        value = await value_of(
            result,
            self.context.blobs,
            self.context.name,
            parse_json=self.settings.parse_json,
            largest=self.settings.max_result,
        )
        told_by, now = self.settings.failed_if, self.world.time()
        if failure := failure_in(value, told_by, self.context.name, now=now):
            raise failure
        return value

    async def _run(self, name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        call = current_call()

        async def report(progress: float, total: float | None, message: str | None) -> None:
            call.progress(progress, total, message or "")

        async def work(client: Client) -> Any:
            return await client.call_tool(
                name,
                dict(arguments),
                read_timeout_seconds=max(0.001, call.remaining()),
                progress_callback=report,
            )

        from interlock_mcp.claimed_tasks import ClaimedTask, TaskBegun

        try:
            result: CallToolResult = await self._server.ask(work)
        except TaskBegun as begun:
            task = ClaimedTask(self._server.ask, call, self.world, self.context.name)
            result = await task.finish(name, begun.task)
        return result

    async def _run_task(self, name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        from interlock_mcp.tasks import TaskCall  # with the SDK, as the connection is

        return await TaskCall(self._server.ask, current_call(), self.world).run(name, arguments)

    @property
    def _server(self) -> Connection:
        if self._connection is None:
            raise NeedsAttention(f"{self.context.name} has not been started")
        return self._connection

    # Tools of our own

    @tool(effect="read")
    async def definitions(self) -> list[dict[str, Any]]:
        """List the server's tools as it describes them.

        ``held`` is the reason why a tool may not be called until ``accept_tool`` approves it, or
        null; ``left_out`` is the reason why one is not offered at all.
        """
        return [
            {
                "name": each.name,
                "description": each.description,
                "input_schema": dict(each.input_schema),
                "output_schema": dict(each.output_schema),
                "hints": dict(each.hints),
                "digest": each.digest,
                "held": self._held.get(each.name),
                "suspicions": each.suspicions,
            }
            for each in self._definitions.values()
        ] + [{"name": name, "left_out": why} for name, why in self._filter.left_out.items()]

    @tool(effect="write", idempotent=True)
    async def accept_tool(self, name: str, digest: str) -> dict[str, Any]:
        """Approve a tool that is held, in the form that a person has reviewed.

        Args:
            name: name of the tool on the server.
            digest: ``digest`` of the tool in ``definitions``; if the tool has changed since, the
                call fails.
        """
        async with self._judging:
            await self._pins.accept(name, digest, self._definitions)
            self._held.pop(name, None)
        self.context.tools_changed()
        return {"accepted": name}

    @tool(effect="read")
    async def list_resources(self) -> list[dict[str, Any]]:
        """List the resources of the server and their templates.

        A resource is ``{uri, name, …}``, a template ``{uriTemplate, name, …}``.
        """
        found = await self._every("list_resources", "resources")
        with suppress(NotFound):  # not every server that has resources knows templates
            found += await self._every("list_resource_templates", "resource_templates")
        return found

    @tool(effect="read")
    async def read_resource(self, uri: str) -> list[dict[str, Any]]:
        """Read a resource of the server: ``[{uri, media_type, text}]``.

        Bytes are put into the blob store; then ``blob`` is their digest, in place of ``text``.

        Args:
            uri: URI of the resource, from ``list_resources`` or made by a template.
        """
        read = await self._server.ask(lambda client: client.read_resource(uri))
        blobs, largest = self.context.blobs, self.settings.max_result
        return [await resource_of(each, blobs, largest) for each in read.contents]

    @tool(effect="read")
    async def list_prompts(self) -> list[dict[str, Any]]:
        """List the prompts of the server, each as ``{name, description, arguments}``."""
        return await self._every("list_prompts", "prompts")

    @tool(effect="read")
    async def get_prompt(
        self, name: str, arguments: dict[str, str] | None = None
    ) -> list[dict[str, Any]]:
        """Fill in a prompt of the server: messages, each as ``{role, content}``.

        Args:
            name: name of the prompt, from ``list_prompts``.
            arguments: values of the prompt's arguments by name.
        """
        prompt = await self._server.ask(lambda client: client.get_prompt(name, arguments))
        return [_plain(each) for each in prompt.messages]

    async def _every(self, method: str, what: str) -> list[dict[str, Any]]:
        def listed(client: Client) -> Awaitable[list[Any]]:
            return every(lambda cursor: getattr(client, method)(cursor=cursor), what)

        return [_plain(each) for each in await self._server.ask(listed)]


def _plain(model: Any) -> dict[str, Any]:
    found: dict[str, Any] = model.model_dump(mode="json", by_alias=True, exclude_none=True)
    return found
