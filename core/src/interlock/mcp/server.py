"""The MCP server over the runtime: the SDK's low-level server and our handlers.

The low-level server is used because tools come from the catalog with schemas of their own. It
validates no arguments; the tools do, before any side effect.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mcp import MCPError, types
from mcp.server import CacheHint, NotificationOptions, Server
from mcp.server.context import CallNext, HandlerResult, ServerMiddleware
from mcp.server.models import InitializationOptions
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity

from interlock import __version__
from interlock.config import ExposedConfig, McpConfig
from interlock.mcp.asking import Asking
from interlock.mcp.changes import Changes
from interlock.mcp.client import TASKS, Client, Context, effect_of, unknown
from interlock.mcp.content import complete, failed, succeeded
from interlock.mcp.extension import add_tasks
from interlock.mcp.flows import Flows
from interlock.mcp.offers import Offers
from interlock.mcp.prompts import Prompts
from interlock.mcp.reporting import progress_to
from interlock.mcp.resources import Resources
from interlock.mcp.tasks import Tasks
from interlock.runtime import Runtime, current_caller
from interlock.sdk import InterlockError, InvalidInput, NotFound

_STATE_LASTS = 7 * 86400.0  # seconds in which a person may answer


@dataclass(frozen=True)
class McpServer:
    """What one endpoint speaks through.

    Attributes:
        sdk: the SDK's server, with everything registered.
    """

    sdk: Server[Any]
    offers: Offers
    changes: Changes


def build_server(
    runtime: Runtime, settings: McpConfig, exposed: ExposedConfig, *, secret: bytes
) -> McpServer:
    """The server of one endpoint, with what it tells its clients.

    Args:
        settings: of all endpoints.
        exposed: of this one.
        secret: seals what clients carry from one request to the next.
    """
    offers = Offers(runtime, exposed)
    tasks = Tasks(runtime, _kept(runtime))
    flows = Flows(runtime, tasks, settings.task_after, settings.only_as_task)
    resources = Resources(runtime, offers, settings.resources)
    changes = Changes(offers.fingerprint, runtime.world)
    prompts = Prompts(settings.prompts, offers.prompts, resources)
    asking = Asking(runtime, exposed, _STATE_LASTS)
    handlers = Handlers(runtime, offers, flows, resources, prompts, asking)
    server: Server[Any] = _Announcing(
        "interlock",
        version=__version__,
        instructions=exposed.instructions or None,
        # Without this the SDK lists all tools before every call, to look up one schema.
        get_tool_input_schema=handlers.input_schema,
        on_subscriptions_listen=changes.listen,
        cache_hints={
            method: CacheHint(ttl_ms=0, scope="private")
            for method in (
                "tools/list",
                "resources/list",
                "resources/templates/list",
                "resources/read",
                "prompts/list",
            )
        },
    )
    handlers.register(server)
    add_tasks(server, tasks)
    server.extensions[TASKS] = {}
    # The SDK's own tracing asks a global provider, which we have none of.
    server.middleware[:] = [_traced(runtime), changes.track, _seal(secret)]
    return McpServer(server, offers, changes)


class _Announcing(Server[Any]):
    """Tells clients of the handshake era as well that its lists change."""

    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> InitializationOptions:
        options = NotificationOptions(tools_changed=True, resources_changed=True)
        return super().create_initialization_options(
            notification_options or options, experimental_capabilities, extensions
        )


class Handlers:
    """One method of the protocol each."""

    def __init__(
        self,
        runtime: Runtime,
        offers: Offers,
        flows: Flows,
        resources: Resources,
        prompts: Prompts,
        asking: Asking,
    ) -> None:
        self._runtime = runtime
        self._asking = asking
        self._offers = offers
        self._flows = flows
        self._resources = resources
        self._prompts = prompts

    def register(self, server: Server[Any]) -> None:
        page = types.PaginatedRequestParams
        server.add_request_handler("tools/list", page, self.list_tools)
        server.add_request_handler("tools/call", types.CallToolRequestParams, self.call_tool)
        server.add_request_handler("resources/list", page, self.list_resources)
        server.add_request_handler("resources/templates/list", page, self.list_templates)
        server.add_request_handler(
            "resources/read", types.ReadResourceRequestParams, self.read_resource
        )
        server.add_request_handler("prompts/list", page, self.list_prompts)
        server.add_request_handler("prompts/get", types.GetPromptRequestParams, self.get_prompt)
        server.add_request_handler(
            "completion/complete", types.CompleteRequestParams, self.complete
        )

    async def list_tools(self, context: Context, _params: Any) -> dict[str, Any]:
        modern = Client.of(context).modern
        offers = self._offers.all()
        return complete({"tools": [offer.wire if modern else offer.plain for offer in offers]})

    async def call_tool(
        self, context: Context, params: types.CallToolRequestParams
    ) -> dict[str, Any]:
        offer = self._offers.find(params.name)
        if offer is None:
            raise unknown("tool", params.name)
        arguments = params.arguments or {}
        try:
            if (asked := await self._asking.settled(context, offer, arguments)) is not None:
                return asked
            if offer.workflow:
                return await self._flows.call(context, offer, arguments)
            async with progress_to(context) as report:
                result = await self._runtime.call(
                    offer.name,
                    arguments,
                    idempotency_key=effect_of(context),
                    on_progress=report,
                )
        except InterlockError as error:
            return failed(error)
        modern = Client.of(context).modern
        return succeeded(result, modern=modern, promised="outputSchema" in offer.wire)

    def input_schema(self, name: str) -> dict[str, Any] | None:
        offer = self._offers.find(name)
        return None if offer is None else offer.input_schema

    async def list_resources(self, _context: Context, _params: Any) -> dict[str, Any]:
        return complete({"resources": self._resources.listed()})

    async def list_templates(self, _context: Context, _params: Any) -> dict[str, Any]:
        return complete({"resourceTemplates": self._resources.templates()})

    async def read_resource(
        self, _context: Context, params: types.ReadResourceRequestParams
    ) -> dict[str, Any]:
        uri = str(params.uri)
        try:
            content = await self._resources.read(uri)
        except InterlockError as error:
            raise MCPError(types.INTERNAL_ERROR, str(error), error.to_problem()) from None
        if content is None:
            raise MCPError(types.INVALID_PARAMS, "Resource not found", {"uri": uri})
        return complete({"contents": [content]})

    async def list_prompts(self, _context: Context, _params: Any) -> dict[str, Any]:
        return complete({"prompts": self._prompts.listed()})

    async def get_prompt(
        self, _context: Context, params: types.GetPromptRequestParams
    ) -> dict[str, Any]:
        try:
            return complete(await self._prompts.get(params.name, params.arguments or {}))
        except (NotFound, InvalidInput) as error:
            raise MCPError(types.INVALID_PARAMS, error.message) from None

    async def complete(
        self, _context: Context, params: types.CompleteRequestParams
    ) -> dict[str, Any]:
        values: list[str] = []
        if isinstance(params.ref, types.ResourceTemplateReference):
            values = await self._resources.completions(params.ref.uri, params.argument.value)
        return complete({"completion": {"values": values, "total": len(values), "hasMore": False}})


def _traced(runtime: Runtime) -> ServerMiddleware[Any]:
    """A span for each message, in the client's trace if it names one."""

    async def traced(ctx: Context, call_next: CallNext) -> HandlerResult:
        meta: Mapping[str, Any] = ctx.meta or {}
        attributes = {
            "mcp.method.name": ctx.method,
            "mcp.protocol.version": ctx.protocol_version,
        }
        with runtime.telemetry.span(
            f"mcp {ctx.method}",
            kind="server",
            parent=meta.get("traceparent"),
            attributes=attributes,
        ):
            return await call_next(ctx)

    return traced


def _seal(secret: bytes) -> RequestStateBoundary:
    """State that a client carries is bound to its caller, the tool and the arguments."""
    key = hashlib.sha256(b"interlock mcp request state" + secret).digest()
    security = RequestStateSecurity(
        keys=[key], ttl=_STATE_LASTS, bind_principal=lambda _context: current_caller().name
    )
    return RequestStateBoundary(security, default_audience="interlock")


def _kept(runtime: Runtime) -> float | None:
    """How long the record of a run stays, for certain."""
    retention = runtime.effective_config.get("journal", {}).get("retention", {})
    times = [retention.get("succeeded"), retention.get("failed")]
    known = [float(each) for each in times if each is not None]
    return min(known) if known else None
