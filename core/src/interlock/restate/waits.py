"""What a run on Restate waits for: a moment, an event, a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from math import inf, isfinite
from typing import Any

import orjson
from restate import ObjectContext, RestateDurableFuture

from interlock.journal import ApprovalRecord, RunRecord, topic_of
from interlock.restate.clock import Clock
from interlock.restate.reactor import Reactor
from interlock.restate.surroundings import Surroundings
from interlock.restate.wire import aside, ask, tell
from interlock.sdk.errors import InterlockError
from interlock.sdk.events import Event
from interlock.workflows.decisions import approval_id, late_decision
from interlock.workflows.history import History
from interlock.workflows.operations import Approve, Outcome, Sleep, Wait, WaitFor

Conclude = Callable[[Sleep | Wait, Any, InterlockError | None, float], None]


@dataclass(slots=True)
class _Open:
    started: float
    due: float
    futures: list[RestateDurableFuture[Any]] = field(default_factory=list)


class Waits:
    """The open waits of one run; timers are Restate's, events and decisions come by mail.

    Args:
        conclude: told how a wait ended.
    """

    def __init__(
        self,
        ctx: ObjectContext,
        run: RunRecord,
        history: History,
        clock: Clock,
        reactor: Reactor,
        engine: Surroundings,
        conclude: Conclude,
    ) -> None:
        self._ctx = ctx
        self._run = run
        self._history = history
        self._clock = clock
        self._reactor = reactor
        self._engine = engine
        self._conclude = conclude
        self._open: dict[Sleep | Wait, _Open] = {}
        self._seen: set[str] = set()

    def begin(self, wait: Sleep | Wait) -> None:
        started, due = self._history.waits(wait)
        self._open[wait] = _Open(started, due)
        match wait:
            case WaitFor():
                self._look(wait)
            case Approve():
                self._question(wait, started, due)
        if isfinite(due):
            seconds = max(0.0, due - self._engine.world.time())
            timer = self._ctx.sleep(timedelta(seconds=seconds), name=wait.path)
            self._on(wait, timer, lambda _: self._over(wait, due))

    def give_up(self, wait: Sleep | Wait) -> None:
        """Nobody wants to know any more."""
        for future in self._open.pop(wait).futures:
            self._reactor.off(future)
        self._forget(wait)

    def replayed(self, wait: WaitFor, outcome: Outcome) -> None:
        """Take note of an event that the run had in an earlier life."""
        if outcome.error is None:
            self._seen.add(outcome.output["id"])

    def __contains__(self, operation: object) -> bool:
        return operation in self._open

    def next(self) -> tuple[Sleep | Wait | None, float]:
        """The wait that is over first, if any is open, and when."""
        if not self._open:
            return None, inf
        wait, entry = min(self._open.items(), key=lambda item: item[1].due)
        return wait, entry.due

    # What comes

    async def event_came(self, message: Mapping[str, Any]) -> None:
        """Give an event to the first wait that it fits."""
        event = Event(message["name"], {}, id=message["id"], key=message["key"])
        for wait in list(self._open):
            if isinstance(wait, WaitFor) and event.id not in self._seen and wait.fits(event):
                await self._found(wait, message)

    def decided(self, message: Mapping[str, Any]) -> None:
        for wait in list(self._open):
            if isinstance(wait, Approve) and wait.path == message["step"]:
                self._clock.pass_to(message["at"])
                self._end(wait, message["decision"], None)

    # How it goes

    def _on(
        self, wait: Sleep | Wait, future: RestateDurableFuture[Any], then: Callable[[Any], Any]
    ) -> None:
        self._open[wait].futures.append(future)
        self._reactor.on(future, then)

    def _look(self, wait: WaitFor) -> None:
        question = {
            "run": self._run.id,
            "path": wait.path,
            "since": self._run.created,
            "seen": sorted(self._seen),
        }
        answer = ask(self._ctx, self._engine.names.topic, self._topic(wait), "wait", question)

        async def looked(found: bytes) -> None:
            if (event := orjson.loads(found)) is not None and wait in self._open:
                await self._found(wait, event)

        self._on(wait, answer, looked)

    async def _found(self, wait: WaitFor, message: Mapping[str, Any]) -> None:
        self._seen.add(message["id"])
        payload = await self._engine.blobs.unpack(message["payload"])
        event = Event(message["name"], payload, id=message["id"], key=message["key"])
        self._clock.pass_to(message["at"])
        self._end(wait, event.to_dict(), None)

    def _question(self, wait: Approve, started: float, due: float) -> None:
        ends = due if isfinite(due) else None
        question = {"step": wait.path, "request": wait.request, "created": started, "due": ends}
        tell(self._ctx, self._engine.names.desk, self._run.id, "ask", question)
        approval = ApprovalRecord(
            approval_id(self._run.id, wait.path), self._run.id, wait.path, wait.request, started
        )
        asked = partial(self._engine.asked, approval, self._run)
        self._reactor.aside(aside(self._ctx, f"{wait.path}~asked", asked))

    def _over(self, wait: Sleep | Wait, due: float) -> None:
        self._clock.pass_to(due)
        if isinstance(wait, Sleep):
            self._end(wait, None, None)
        elif isinstance(wait, Approve) and wait.request.get("default") is not None:
            # Somebody may have decided at the same moment; the desk says who was first.
            answer = {"step": wait.path, "decision": late_decision(wait, due)}
            tell(self._ctx, self._engine.names.desk, self._run.id, "decide", answer)
        else:
            self._end(wait, None, wait.expired())

    def _end(self, wait: Sleep | Wait, output: Any, error: InterlockError | None) -> None:
        entry = self._open.pop(wait)
        for future in entry.futures:
            self._reactor.off(future)
        if isinstance(wait, WaitFor) or error is not None:
            self._forget(wait)
        self._conclude(wait, output, error, entry.started)

    def _forget(self, wait: Sleep | Wait) -> None:
        names = self._engine.names
        match wait:
            case WaitFor():
                place = {"run": self._run.id, "path": wait.path}
                tell(self._ctx, names.topic, self._topic(wait), "leave", place)
            case Approve():
                tell(self._ctx, names.desk, self._run.id, "withdraw", wait.path)

    def _topic(self, wait: WaitFor) -> str:
        return topic_of(wait.event, wait.key)
