"""Actors and handlers that several tests use."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest

from interlock.actors import Actor, ActorOptions, Ref
from interlock.sdk import ActorRestarted, Retryable
from interlock.testing import settle


class Scripted(Actor):
    """Handles a message by calling it, if it can be called; else returns it."""

    async def receive(self, message: Any) -> Any:
        return await message() if callable(message) else message


class Recorder(Scripted):
    """Notes the results of what it handled, in a list that outlives it."""

    def __init__(self, log: list[Any]) -> None:
        self.log = log

    async def receive(self, message: Any) -> Any:
        result = await super().receive(message)
        self.log.append(result)
        return result


class Gate:
    """A handler that counts how often it began, and waits until it is opened."""

    def __init__(self, answer: Any = "through") -> None:
        self.answer = answer
        self.begun = 0
        self.cancelled = 0
        self._open = asyncio.Event()

    def open(self) -> None:
        self._open.set()

    async def __call__(self) -> Any:
        self.begun += 1
        try:
            await self._open.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return self.answer


class Bang(Exception):
    """What the tests' actors crash on."""


def raising(error: Exception) -> Callable[[], Awaitable[None]]:
    """A handler that raises ``error``."""

    async def raise_it() -> None:
        raise error

    return raise_it


async def reached(ref: Ref, state: str) -> None:
    """Wait until the actor is in this state."""
    while ref.health().state != state:
        await settle(1)


async def cancel(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


AT_ONCE = ActorOptions(backoff=0, crash_on=(Bang,))
BANG = raising(Bang("boom"))


class Counted:
    """A factory that numbers its instances; ``failures`` of the first starts fail."""

    def __init__(self, failures: int = 0) -> None:
        self.made = 0
        self.stopped = 0
        self.failures = failures

    def __call__(self) -> Actor:
        self.made += 1
        counted = self
        fails = self.made <= self.failures

        class Instance(Scripted):
            async def started(self) -> None:
                if fails:
                    raise Retryable("the service is down")

            async def stopped(self) -> None:
                counted.stopped += 1

        return Instance()


async def crash(ref: Ref) -> None:
    with pytest.raises(ActorRestarted):
        await ref.ask(BANG)
    await settle()
