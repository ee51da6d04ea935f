"""The actor of one service: takes calls in, and keeps an instance up beside them."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Protocol

import anyio

from interlock.actors import Actor
from interlock.calls import Call
from interlock.host.lifecycle import AnyService, Lifecycle
from interlock.sdk import Event, WebhookReply, WebhookRequest

ACTOR_PREFIX = "service."
"""Stands before a service's name in that of its actor, and so of the actor's tasks."""


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """A webhook request that came in for ``path``."""

    path: str
    request: WebhookRequest


@dataclass(frozen=True, slots=True)
class EventDelivery:
    """An event for the handlers of one pattern."""

    pattern: str
    event: Event


class Work(Protocol):
    """What the actor does with what it receives."""

    def call(self, call: Call) -> Awaitable[Any]: ...

    async def deliver(self, delivery: WebhookDelivery) -> WebhookReply: ...

    async def handle(self, delivery: EventDelivery) -> None: ...

    async def poll(self, service: AnyService) -> None:
        """Runs until cancelled."""
        ...


class ServiceActor(Actor):
    """Takes messages from the start: while there is no instance, calls get fallback or reason."""

    def __init__(self, lifecycle: Lifecycle, work: Work) -> None:
        self._lifecycle = lifecycle
        self._work = work

    async def run(self) -> None:
        """Keep an instance up; raises what broke it, so that the supervisor makes a new one."""
        service = await self._lifecycle.bring_up()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._work.poll, service)
            error = await self._lifecycle.broken_by()
            tasks.cancel_scope.cancel()
        raise error

    async def receive(self, message: Any) -> Any:
        if isinstance(message, Call):
            return await self._work.call(message)
        if isinstance(message, WebhookDelivery):
            return await self._work.deliver(message)
        if isinstance(message, EventDelivery):
            return await self._work.handle(message)
        raise TypeError(f"a service actor does not take a {type(message).__name__}")

    async def stopped(self) -> None:
        await self._lifecycle.close()
