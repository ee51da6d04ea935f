"""Runs the guard before anything reads the request's body, and keeps watch over the body."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import lru_cache

import anyio
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from interlock.actors.deadlines import TimeLimits
from interlock.api.auth.guard import Guard
from interlock.api.problems import Problem
from interlock.api.refusals import TooLarge, TooSlow, Unauthorized
from interlock.api.requests import HEADERS
from interlock.runtime import Caller, acting_as
from interlock.sdk import InterlockError, World

_FOR_EVER = nullcontext()


class GuardMiddleware:
    """Admits a request as its caller: whatever it asks of the runtime is that caller's doing.

    Args:
        max_body: bytes.
        read_timeout: seconds that the body may take to arrive.
    """

    def __init__(
        self, app: ASGIApp, guard: Guard, max_body: int, read_timeout: float = 30.0
    ) -> None:
        self._app = app
        self._guard = guard
        self._max_body = max_body
        self._read_timeout = read_timeout
        self._limits = TimeLimits(guard.world)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # there is nothing here for a WebSocket
        # RFC 9110, 5.5: spaces around a value are none of it; not every parser takes them off.
        scope["headers"] = [(name, value.strip()) for name, value in scope["headers"]]
        headers = scope[HEADERS] = _first_of_each(scope["headers"])
        path = scope["path"]
        address = scope["client"][0] if scope["client"] else ""
        reply = _Reply(send)
        try:
            _check_size(headers.get("content-length", "0"), self._max_body)
            surface = "mcp" if path.startswith("/mcp") else "http"
            caller = _over(surface, await self._guard.admit(path, headers, address))
            body = _Body(
                receive, self._max_body, self._read_timeout, self._guard.world, self._limits
            )
            with acting_as(caller), self._while_valid(caller) as lifetime:
                await self._app(scope, body.receive, reply.send)
            if lifetime and lifetime.cancelled_caught and not reply.started:
                raise Unauthorized("the access token expired while the request was worked on")
            await reply.end()
        except InterlockError as error:
            if reply.started:
                raise
            challenge = self._guard.challenge(error)
            await Problem(error, challenge=challenge)(scope, receive, send)

    def _while_valid(self, caller: Caller) -> AbstractContextManager[anyio.CancelScope | None]:
        if caller.expires is None:
            return _FOR_EVER
        return anyio.move_on_after(caller.expires - self._guard.world.time())


def _first_of_each(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """By name in lower case; of a name that comes twice, the first."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(headers)}


@lru_cache(maxsize=1024)
def _over(surface: str, caller: Caller) -> Caller:
    return replace(caller, surface=surface)


class _Reply:
    """What is sent, so that a stream can be ended when its caller's token expires."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = self._ended = False

    async def send(self, message: Message) -> None:
        self.started = True
        self._ended = message["type"] == "http.response.body" and not message.get("more_body")
        await self._send(message)

    async def end(self) -> None:
        if self.started and not self._ended:
            await self._send({"type": "http.response.body", "body": b""})


class _Body:
    """Holds bodies to the limit, without a declared length as well, and to the time."""

    def __init__(
        self, receive: Receive, limit: int, seconds: float, world: World, limits: TimeLimits
    ) -> None:
        self._receive = receive
        self._limit = limit
        self._until = world.monotonic() + seconds
        self._limits = limits
        self._seen = 0
        self._complete = False

    async def receive(self) -> Message:
        if self._complete:
            return await self._receive()
        limited = self._limits.begin(self._until)
        try:
            message = await self._receive()
        except BaseException as error:
            if self._limits.end(limited, error):
                raise TooSlow("the request's body did not arrive in time") from None
            raise
        self._limits.end(limited)
        self._seen += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._seen > self._limit:
            raise _too_large(self._limit)
        return message


def _check_size(declared: str, limit: int) -> None:
    if not declared.isdecimal() or int(declared) > limit:
        raise _too_large(limit)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"a request body may have {limit} bytes at most")
