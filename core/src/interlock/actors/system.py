"""All actors of a process: the root of the tree of supervisors, and the owner of every task."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import asdict
from types import TracebackType
from typing import Any, Self

import anyio

from interlock.actors.actor import Actor, ActorOptions
from interlock.actors.cell import Cell
from interlock.actors.dead_letters import DeadLetter, DeadLetters
from interlock.actors.deadlines import Deadlines
from interlock.actors.drain import DrainReport, drain
from interlock.actors.envelope import TraceSource
from interlock.actors.health import health_of
from interlock.actors.ref import Ref
from interlock.actors.shared import Shared
from interlock.actors.supervisor import Strategy, Supervisor
from interlock.actors.tasks import Tasks
from interlock.sdk import Conflict, ServiceUnavailable, World

_ACTOR = ActorOptions()
_SUPERVISOR = ActorOptions(on_exhausted="escalate")


class ActorSystem:
    """``async with ActorSystem(world) as system:``; leaving it stops everything, at once.

    For an orderly end call :meth:`drain` before.
    """

    def __init__(
        self,
        world: World,
        *,
        telemetry: TraceSource | None = None,
        dead_letter_sink: Callable[[DeadLetter], None] | None = None,
    ) -> None:
        self._failure: asyncio.Future[Exception] | None = None
        self._shared = Shared(
            world=world,
            now=world.monotonic,
            trace=telemetry.current if telemetry is not None else None,
            tasks=Tasks(copy_context()),
            deadlines=Deadlines(world),
            dead_letters=DeadLetters(world, dead_letter_sink),
            failed=self._failed,
        )
        self._root = Supervisor("root", "one_for_one", _SUPERVISOR, self._shared, None)

    async def __aenter__(self) -> Self:
        self._failure = asyncio.get_running_loop().create_future()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # Whoever is cancelled still has to leave no task behind.
        with anyio.CancelScope(shield=True):
            await drain(self._shared, 0.0)
            self._shared.deadlines.close()
            await self._shared.tasks.close()

    async def spawn(
        self,
        name: str,
        factory: Callable[[], Actor],
        options: ActorOptions = _ACTOR,
        *,
        supervisor: Supervisor | None = None,
    ) -> Ref:
        """Start an actor; messages may be sent at once and wait until it has started.

        Args:
            name: unique among the actors of the system.
            factory: makes the first instance, and another one after each crash.
            supervisor: default is the root, which restarts each child on its own.

        Raises:
            Conflict: there is an actor of this name.
            ServiceUnavailable: the system is draining.
        """
        shared = self._shared
        if shared.draining:
            raise ServiceUnavailable(f"{name} is not started: the system is draining")
        if name in shared.cells:
            raise Conflict(f"there is an actor {name} already")
        supervisor = supervisor or self._root
        shared.cells[name] = cell = Cell(name, factory, options, shared, supervisor)
        supervisor.add(cell)
        return Ref(cell)

    def supervisor(
        self,
        name: str,
        *,
        strategy: Strategy = "one_for_one",
        parent: Supervisor | None = None,
        options: ActorOptions = _SUPERVISOR,
    ) -> Supervisor:
        """A group of actors that are restarted by one strategy.

        Args:
            parent: whom it escalates to; default is the root.
            options: those about restarts apply to the group as a whole.
        """
        parent = parent or self._root
        supervisor = Supervisor(name, strategy, options, self._shared, parent)
        parent.adopt(supervisor)
        return supervisor

    async def drain(self, grace: float) -> DrainReport:
        """Refuse work from outside, let all actors finish within ``grace`` seconds, stop them."""
        return await drain(self._shared, grace)

    def tree(self) -> dict[str, Any]:
        """Supervisors with what they look after, from the root down; actors as ``ActorHealth``.

        A supervisor is ``{name, strategy, restarts, children}``.
        """
        return self._root.tree(lambda child: asdict(health_of(self._shared.cells[child.name])))

    async def wait_failed(self) -> Exception:
        """Wait until the system as a whole gives up: an actor exhausted its restarts and its
        options, or those of its supervisors, say ``exit``; the error that was the last straw."""
        assert self._failure is not None, "enter the system first"  # noqa: S101
        return await asyncio.shield(self._failure)

    def _failed(self, error: Exception) -> None:
        if self._failure is not None and not self._failure.done():
            self._failure.set_result(error)
