"""The one task that holds the connection to a server, and opens it again when it is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import anyio
from mcp import Client
from mcp.client.subscriptions import SubscriptionLost
from mcp.shared.exceptions import MCPError
from mcp_types import (
    CONNECTION_CLOSED,
    Implementation,
    PaginatedRequestParams,
    Tool,
    ToolListChangedNotification,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from interlock.sdk import InterlockError, NeedsAttention, Retryable, ServiceContext
from interlock_mcp.claimed_tasks import TasksExtension
from interlock_mcp.errors import is_lost, translated, wrong_address
from interlock_mcp.last_words import LastWords
from interlock_mcp.pages import every
from interlock_mcp.settings import McpSettings
from interlock_mcp.transport import ToolFilter, connect

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_STEADY = 60.0
_PATIENCE = 10.0


class Connection:
    """Nobody else enters or leaves the SDK's client: it must be left by the task that entered it.

    Args:
        learn: called with the server's tools, at each connection and when they have changed.
    """

    def __init__(
        self,
        settings: McpSettings,
        context: ServiceContext,
        tool_filter: ToolFilter,
        learn: Callable[[Sequence[Tool]], Awaitable[None]],
    ) -> None:
        self._settings = settings
        self._context = context
        self._filter = tool_filter
        self._learn = learn
        self._client: Client | None = None
        self._lost = anyio.Event()
        self._changed = anyio.Event()
        self._up = anyio.Event()
        self._reason: Exception | None = None
        self._words = LastWords()
        self._task: asyncio.Task[None] | None = None
        self._scope = anyio.CancelScope()

    async def open(self) -> None:
        """Connect; raises what prevented it."""
        first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._run(first))
        await first

    async def close(self) -> None:
        """Leave the server; a program that does not end by itself is killed after some seconds."""
        if self._task is not None:
            self._scope.cancel()
            # The SDK shields how it ends a program, but not from a cancellation of the task.
            with anyio.CancelScope(shield=True):
                await asyncio.wait([self._task])

    async def _ready(self) -> Client:
        """The client, once there is one.

        Raises:
            Retryable: the server stays away; nothing was sent.
        """
        if self._client is None:
            with anyio.move_on_after(_PATIENCE):
                await self._up.wait()
        if self._client is None:
            raise Retryable(
                f"{self._context.name}: the MCP server is away: {_text_of(self._reason)}",
                sent=False,
            )
        return self._client

    async def ask(self, work: Callable[[Client], Awaitable[Any]]) -> Any:
        """Use the client; errors are of Interlock's tree."""
        client = await self._ready()
        try:
            return await work(client)
        except MCPError as error:
            if is_lost(error):
                self._reason = error
                self._lost.set()
            raise translated(error, self._context.name) from None
        except ValidationError as error:
            where = "/".join(map(str, error.errors()[0]["loc"]))
            message = f"the server's answer is not one of the protocol: {where}"
            raise NeedsAttention(f"{self._context.name}: {message}") from None

    async def _run(self, first: asyncio.Future[None]) -> None:
        with self._scope:
            await self._hold(first)

    async def _hold(self, first: asyncio.Future[None]) -> None:
        world, failures = self._context.world, 0
        while True:
            began = world.monotonic()
            try:
                await self._session(first)
            except Exception as error:  # noqa: BLE001 - whatever the SDK raises, groups of it included
                self._reason = _innermost(error)
                if not first.done():
                    first.set_exception(self._as_ours(self._reason))
                    return
            finally:
                self._away()
            failures = 0 if world.monotonic() - began > _STEADY else failures + 1
            pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(failures - 1, 10))
            self._context.log.warning(
                "the MCP server is gone (%s), tried again in %.1f s", _text_of(self._reason), pause
            )
            await world.sleep(pause * (0.5 + world.random() / 2))

    async def _session(self, first: asyncio.Future[None]) -> None:
        """One connection, from its opening to its loss."""
        self._lost, self._changed = anyio.Event(), anyio.Event()
        self._words.forget()
        heard = self._words.hear
        streams = connect(self._settings, self._context, self._filter, self._lost, heard)
        us = Implementation(name="interlock", version="0.1")
        extensions = [TasksExtension()]
        async with Client(
            streams, message_handler=self._heard, client_info=us, extensions=extensions
        ) as client:
            await self._learn(await _tools_of(client))
            self._client, self._reason = client, None
            self._up.set()
            if not first.done():
                first.set_result(None)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._follow, client)
                if client.protocol_version in MODERN_PROTOCOL_VERSIONS:
                    tasks.start_soon(self._listen, client)
                await self._lost.wait()
                # At once: leaving the client takes its time.
                self._away()
                tasks.cancel_scope.cancel()

    def _as_ours(self, error: Exception) -> InterlockError:
        service = self._context.name
        if isinstance(error, InterlockError):
            return error
        if isinstance(error, MCPError) and (wrong := wrong_address(error, service)) is not None:
            return wrong
        dead = isinstance(error, MCPError) and error.error.code == CONNECTION_CLOSED
        # What a program says before it ends is the reason, as a rule.
        said = self._words.reason() if dead else ""
        if isinstance(error, MCPError) and not said:
            return translated(error, service)
        reason = said or _text_of(error)
        return Retryable(f"{service}: the MCP server cannot be reached: {reason}")

    def _away(self) -> None:
        if self._client is not None:
            self._client, self._up = None, anyio.Event()

    async def _heard(self, message: Any) -> None:
        if isinstance(message, ToolListChangedNotification):
            self._changed.set()

    async def _listen(self, client: Client) -> None:
        """Where notices have to be asked for (from 2026-07-28 on); not every server gives any."""
        while True:
            try:
                async with client.listen(tools_list_changed=True) as notices:
                    self._changed.set()
                    async for _ in notices:
                        self._changed.set()
            except SubscriptionLost:
                await self._context.world.sleep(_FIRST_PAUSE)
            except MCPError:
                return

    async def _follow(self, client: Client) -> None:
        """Learn the tools again whenever they have changed."""
        while True:
            await self._changed.wait()
            self._changed = anyio.Event()
            try:
                await self._learn(await _tools_of(client))
            except (MCPError, InterlockError) as error:
                self._context.log.warning("the changed tools cannot be listed: %s", error)


async def _tools_of(client: Client) -> list[Tool]:
    listed = client.session.list_tools
    return await every(lambda cursor: listed(params=PaginatedRequestParams(cursor=cursor)), "tools")


def _innermost(error: BaseException) -> Exception:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error if isinstance(error, Exception) else RuntimeError(repr(error))


def _text_of(error: Exception | None) -> str:
    if error is None:
        return "it ended"
    return str(error) or type(error).__name__
