"""The streams to and from a server, and what is done to each message on them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import anyio
import httpx
import httpx2
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCResponse

from interlock.sdk import ServiceContext
from interlock_mcp.bridge import Bridge
from interlock_mcp.process_group import process_group
from interlock_mcp.settings import McpSettings
from interlock_mcp.stderr import logged

# Seconds after the end of its input until a program is asked to end, and until it is made to.
# The SDK would ask after two, and then wait for whatever is not reaped, our own shell too.
_ASKED, _KILLED = 1.0, 1.8

ToolFilter = Callable[[Any], Any]


@asynccontextmanager
async def connect(
    settings: McpSettings,
    context: ServiceContext,
    tool_filter: ToolFilter,
    lost: anyio.Event,
    heard: Callable[[str], None],
) -> AsyncIterator[Any]:
    """Streams of messages from and to the server.

    Args:
        tool_filter: what becomes of a result; the SDK fails a whole list for one bad tool in it.
        lost: set when the server is gone.
        heard: is told each line that a program writes to stderr.
    """
    async with AsyncExitStack() as stack:
        streams = await stack.enter_async_context(_streams(settings, context, heard))
        outgoing, incoming = anyio.create_memory_object_stream[Any](0)
        tasks = await stack.enter_async_context(anyio.create_task_group())
        tasks.start_soon(_pump, streams[0], outgoing, tool_filter, lost)
        stack.callback(tasks.cancel_scope.cancel)
        async with outgoing, incoming:
            yield incoming, streams[1]


@asynccontextmanager
async def _streams(
    settings: McpSettings, context: ServiceContext, heard: Callable[[str], None]
) -> AsyncIterator[Any]:
    if settings.url:
        async with _over_http(settings, context.http) as streams:
            yield streams
        return
    async with _over_pipes(settings, context, heard) as streams:
        yield streams


@asynccontextmanager
async def _over_pipes(
    settings: McpSettings, context: ServiceContext, heard: Callable[[str], None]
) -> AsyncIterator[Any]:
    environment = {name: value.get_secret_value() for name, value in settings.env.items()}
    async with logged(context.log, list(environment.values()), heard) as errors:
        with process_group(settings.command) as group:
            command, *arguments = group.command
            parameters = StdioServerParameters(
                command=command,
                args=arguments,
                env=environment,
                cwd=settings.folder,
                encoding_error_handler="replace",
            )
            async with stdio_client(parameters, errors) as streams:
                try:
                    yield streams
                finally:
                    context.world.call_later(_ASKED, group.terminate)
                    context.world.call_later(_KILLED, group.kill)


@asynccontextmanager
async def _over_http(settings: McpSettings, http: httpx.AsyncClient) -> AsyncIterator[Any]:
    # It verifies no certificates of its own: the bridge sends nothing itself.
    client = httpx2.AsyncClient(transport=Bridge(http), trust_env=False)
    async with client, streamable_http_client(settings.url, http_client=client) as streams:
        yield streams


async def _pump(reading: Any, writing: Any, tool_filter: ToolFilter, lost: anyio.Event) -> None:
    try:
        async for message in reading:
            await writing.send(_filtered(message, tool_filter))
    except (anyio.ClosedResourceError, anyio.BrokenResourceError):
        pass
    finally:
        lost.set()
        writing.close()


def _filtered(message: Any, tool_filter: ToolFilter) -> Any:
    if isinstance(message, SessionMessage) and isinstance(message.message, JSONRPCResponse):
        message.message.result = _as_expected(tool_filter(message.message.result))
    return message


def _as_expected(result: Any) -> Any:
    """A task that was begun, so that the SDK lets it through, which waits for contents there."""
    return {"content": [], **result} if isinstance(result, dict) and "task" in result else result
