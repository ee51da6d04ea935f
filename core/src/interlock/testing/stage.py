"""One run on a stage: a real engine and journal, time that passes when nothing else can happen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from typing import Any

from interlock.journal import Journal, RunRecord, open_journal
from interlock.sdk import Event, InterlockError
from interlock.sdk.hooks import Function
from interlock.testing.cases import Case
from interlock.testing.places import RUN_ID, place_of
from interlock.testing.stubs import Stubs
from interlock.testing.world import VirtualWorld, settle
from interlock.workflows import EmbeddedEngine, StepRecord, Template

LONGEST = 10 * 365 * 86400.0
"""Seconds that a run may take in a test; one that takes longer never ends."""


class Stuck(InterlockError):
    """The run waits for something that will not come."""

    code = "stuck"


@dataclass(frozen=True)
class Played:
    """What came of a run."""

    run: RunRecord
    steps: Sequence[StepRecord]
    events: Sequence[str]
    seconds: float


class Stage:
    """Plays one case; what crashes goes on from its journal in a new engine.

    Args:
        folder: for the journal.
    """

    def __init__(
        self,
        case: Case,
        templates: Sequence[Template],
        functions: Mapping[str, Function],
        stubs: Stubs,
        world: VirtualWorld,
        folder: Path,
    ) -> None:
        self._case = case
        self._templates = templates
        self._functions = functions
        self._stubs = stubs
        self._world = world
        self._path = folder / "journal.db"
        self._later: list[tuple[float, int, Callable[[EmbeddedEngine], Any]]] = []
        self._order = count()
        self._asked: dict[str, str] = {}

    async def play(self, workflow: str) -> Played:
        """Start the run and see it to its end.

        Raises:
            Stuck: it waits for what the case does not send.
            InvalidInput, NotFound: it could not be started.
        """
        for arrival in self._case.events:
            event = Event(
                arrival.name, arrival.payload, id=f"event-{next(self._order)}", key=arrival.key
            )
            heappush(self._later, (arrival.after, next(self._order), _sends(event)))
        while True:
            async with open_journal(self._path, self._world, synchronous="NORMAL") as journal:
                if (played := await self._life(journal, workflow)) is not None:
                    return played

    async def _life(self, journal: Journal, workflow: str) -> Played | None:
        """From a start of the engine to its end; None if it crashed."""
        self._stubs.crashed = False
        engine = EmbeddedEngine(journal, self._stubs, self._world, functions=self._functions)
        for template in self._templates:
            engine.register(template)
        async with engine:
            await engine.start(workflow, self._case.input, run_id=RUN_ID)
            while True:
                await self._quiet(journal)
                if self._stubs.crashed:
                    return None
                run = await engine.get(RUN_ID)
                if run.finished is not None:
                    return await self._played(engine, run)
                await self._go_on(engine, run)

    async def _go_on(self, engine: EmbeddedEngine, run: RunRecord) -> None:
        """Let the next thing happen: a decision, an event, a timer."""
        if await self._decide(engine):
            return
        if self._stubs.under_way:
            await asyncio.sleep(0.01)
            return
        timer, now = self._world.next_due(), self._world.monotonic()
        if self._later and (timer is None or self._later[0][0] <= timer):
            moment, _, send = heappop(self._later)
            await self._world.advance(max(0.0, moment - now))
            await send(engine)
        elif timer is not None and timer < LONGEST:
            await self._world.advance(timer - now)
        else:
            raise self._stuck(run)

    def _stuck(self, run: RunRecord) -> Stuck:
        unanswered = [place for place in self._asked.values() if place not in self._case.decisions]
        hint = f"answer it under `decisions` as {unanswered[-1]!r}" if unanswered else ""
        why = (run.waiting or {}).get("reason", "something that never comes")
        return Stuck(f"the run waits for {why}", hint=hint or "add it under `events`")

    async def _decide(self, engine: EmbeddedEngine) -> bool:
        """Put the answers of people to what was asked since."""
        found = False
        for approval in await engine.journal.approvals.list(limit=1000):
            if approval.id in self._asked:
                continue
            place = self._asked[approval.id] = place_of(approval.run, approval.step)
            if (decision := self._case.decisions.get(place)) is None:
                continue
            moment = self._world.monotonic() + decision.after
            heappush(self._later, (moment, next(self._order), _decides(approval.id, decision)))
            found = True
        return found

    async def _played(self, engine: EmbeddedEngine, run: RunRecord) -> Played:
        published = [
            entry.event.name
            for entry in reversed(await engine.journal.events.list(1000))
            if entry.source.startswith("run ")
        ]
        seconds = (run.finished or run.created) - run.created
        return Played(run, await engine.steps(run.id), published, seconds)

    async def _quiet(self, journal: Journal) -> None:
        """Until nothing more happens without time passing."""
        still = 0
        while still < 3:
            await journal.writer.flush()
            await settle()
            still = 0 if journal.pending else still + 1


def _sends(event: Event) -> Callable[[EmbeddedEngine], Any]:
    async def send(engine: EmbeddedEngine) -> None:
        await engine.journal.events.append(event, "test")
        await engine.event(event)

    return send


def _decides(approval: str, decision: Any) -> Callable[[EmbeddedEngine], Any]:
    async def decide(engine: EmbeddedEngine) -> None:
        await engine.decide(
            approval,
            decision.choice,
            values=decision.values,
            by=decision.by,
            comment=decision.comment,
        )

    return decide
