"""Who restarts whom, in which order, and who gives up: supervision as in Erlang/OTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from interlock.actors.actor import ActorOptions
from interlock.actors.backoff import Restarts
from interlock.actors.shared import Shared

Strategy = Literal["one_for_one", "one_for_all", "rest_for_one"]


class Child(Protocol):
    """An actor's cell, or a supervisor under another one."""

    name: str
    options: ActorOptions
    restarts: Restarts

    @property
    def settled(self) -> bool:
        """Whether there is nothing to recover from (any more)."""
        ...

    async def start(self) -> Exception | None: ...
    async def halt(self) -> None: ...
    def wait_until(self, at: float, *, parked: bool) -> None: ...
    async def stop(self, *, grace: float | None = None) -> Any: ...


@dataclass(frozen=True, slots=True)
class _Pause:
    seconds: float
    parked: bool


class Supervisor:
    """Children in start order; how many of them a crash restarts is the ``strategy``.

    ``one_for_one``: the crashed one. ``one_for_all``: all. ``rest_for_one``: the crashed one and
    those started after it. They are halted in reverse start order and started in start order.
    The options that matter to a supervisor itself are those about restarts.
    """

    def __init__(
        self,
        name: str,
        strategy: Strategy,
        options: ActorOptions,
        shared: Shared,
        parent: Supervisor | None,
    ) -> None:
        self.name = name
        self.options = options
        self.restarts = Restarts(options, shared.world)
        self._strategy = strategy
        self._shared = shared
        self._parent = parent
        self._children: dict[str, Child] = {}
        self._failed = False
        self._halts = 0
        # In a group one recovery at a time; single children do not wait for each other.
        self._turn: AbstractAsyncContextManager[Any] = (
            nullcontext() if strategy == "one_for_one" else asyncio.Lock()
        )

    def add(self, child: Child) -> None:
        """Take the child in and start it."""
        self._children[child.name] = child
        self._shared.tasks.start(self._bring_up(child), child.name)

    def adopt(self, child: Supervisor) -> None:
        """Take in a supervisor; its children are started as they come."""
        self._children[child.name] = child

    def tree(self, leaf: Callable[[Child], dict[str, Any]]) -> dict[str, Any]:
        """``{name, strategy, restarts, children}``; ``leaf`` tells about a child that has none."""
        return {
            "name": self.name,
            "strategy": self._strategy,
            "restarts": self.restarts.in_window(),
            "children": [
                child.tree(leaf) if isinstance(child, Supervisor) else leaf(child)
                for child in self._children.values()
            ],
        }

    def remove(self, child: Child) -> None:
        """The child has stopped for good."""
        if self._children.get(child.name) is child:
            del self._children[child.name]
        self._shared.forget(child.name)

    def ended(self, child: Child, error: Exception | None) -> None:
        """A child has crashed, or (without ``error``) has ended in the normal way."""
        if not self._shared.closing:
            self._shared.tasks.start(self._recover(child, error), f"{child.name}.restart")

    # As a child

    @property
    def settled(self) -> bool:
        return not self._failed

    async def start(self) -> Exception | None:
        self._failed = False
        failure = await self._start(list(self._children.values()))
        if failure is not None:
            self._failed = True
            return failure[1]
        self.restarts.started()
        return None

    async def halt(self) -> None:
        self._halts += 1
        for child in reversed(list(self._children.values())):
            await child.halt()

    def wait_until(self, at: float, *, parked: bool) -> None:
        for child in self._children.values():
            child.wait_until(at, parked=parked)

    async def stop(self, *, grace: float | None = None) -> None:
        for child in reversed(list(self._children.values())):
            await child.stop(grace=grace)
        if self._parent is not None:
            self._parent.remove(self)

    # Inside

    async def _bring_up(self, child: Child) -> None:
        async with self._turn:
            error = await child.start()
        if error is not None:
            await self._recover(child, error)

    async def _recover(self, failed: Child, error: Exception | None) -> None:
        async with self._turn:
            parked = False
            # Another child's recovery may have restarted this one in the meantime.
            while not failed.settled and not self._shared.closing:
                pause = await self._pause(failed, error, parked)
                if pause is None:
                    return
                parked = pause.parked
                halts = self._halts
                group = await self._halt(failed)
                await self._wait(group, pause)
                if halts != self._halts:
                    return  # The parent has halted all children since, and will start them.
                failure = await self._start(group)
                if failure is None:
                    return
                failed, error = failure

    async def _pause(self, failed: Child, error: Exception | None, parked: bool) -> _Pause | None:
        """How long to wait before the restart; None if there is to be none."""
        options = failed.options
        if options.restart == "temporary" or (options.restart == "transient" and error is None):
            await failed.stop(grace=0.0)
            return None
        if failed.restarts.crashed() and not parked:
            return _Pause(failed.restarts.delay(), parked=False)
        if options.on_exhausted == "park":
            return _Pause(options.max_backoff, parked=True)
        if options.on_exhausted == "escalate" and self._parent is not None:
            self._failed = True
            self._parent.ended(self, error)
        else:
            self._shared.failed(error or RuntimeError(f"{failed.name} ends again and again"))
        return None

    async def _halt(self, failed: Child) -> list[Child]:
        """Halt all whom the failure concerns; those to start again, in start order."""
        group = self._group(failed)
        for child in reversed(group):
            if child.options.restart == "temporary":
                await child.stop(grace=0.0)
            else:
                await child.halt()
        return [child for child in group if child.options.restart != "temporary"]

    def _group(self, failed: Child) -> list[Child]:
        if self._strategy == "one_for_one":
            return [failed]
        children = list(self._children.values())
        if self._strategy == "one_for_all":
            return children
        return children[children.index(failed) :] if failed in children else []

    async def _wait(self, group: list[Child], pause: _Pause) -> None:
        if pause.seconds <= 0:
            return
        until = self._shared.now() + pause.seconds
        for child in group:
            child.wait_until(until, parked=pause.parked)
        await self._shared.world.sleep(pause.seconds)

    async def _start(self, group: list[Child]) -> tuple[Child, Exception] | None:
        """Start in order; the first that fails, and its error."""
        for child in group:
            error = await child.start()
            if error is not None:
                return child, error
        return None
