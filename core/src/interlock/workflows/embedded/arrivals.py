"""What runs wait for, and what comes: events and people's decisions.

The journal knows both sides: what is waited for is recorded before a run waits, what came is
durable before a run is told. So nothing is missed, whichever of the two was first, and a parked
run costs no memory.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from math import isfinite
from typing import Any, Protocol

from interlock.journal import ApprovalRecord, Done, Journal, RunRecord, topic_of
from interlock.sdk.errors import Conflict
from interlock.sdk.events import Event
from interlock.sdk.world import World
from interlock.workflows.decisions import approval_id, decision_on, late_decision
from interlock.workflows.operations import Approve, Wait, WaitFor


class Waiter(Protocol):
    """A run in memory."""

    def event_came(self, event: Event) -> None: ...

    def decided(self, approval_id: str, decision: Mapping[str, Any]) -> None: ...


class Arrivals:
    """Between the runs that wait and the world that answers.

    Args:
        live: the runs in memory; all others are parked.
        wake: look for parked runs that are due.
        asked: told of a question before it is put.
    """

    def __init__(
        self,
        journal: Journal,
        world: World,
        live: Mapping[str, Waiter],
        wake: Callable[[], None],
        asked: Callable[[ApprovalRecord, RunRecord], None],
    ) -> None:
        self._journal = journal
        self._world = world
        self._live = live
        self._wake = wake
        self._asked = asked

    # From the runs

    def ask(self, wait: Wait, run: RunRecord, due: float, done: Done) -> None:
        """Record what a run waits for; asking twice is asking once."""
        match wait:
            case WaitFor():
                topic = topic_of(wait.event, wait.key)
                self._journal.waits.add(topic, run.id, wait.path, done)
            case Approve():
                approval = ApprovalRecord(
                    id=approval_id(run.id, wait.path),
                    run=run.id,
                    step=wait.path,
                    request=wait.request,
                    created=self._world.time(),
                    due=due if isfinite(due) else None,
                )
                self._asked(approval, run)
                self._journal.approvals.open(approval, done)

    async def look(self, wait: Wait, run: RunRecord, seen: Collection[str]) -> Any:
        """What came already; None if nothing did.

        Args:
            seen: ids of the events that the run had before.
        """
        match wait:
            case WaitFor():
                event = await self._event(wait, run, seen)
                return None if event is None else event.to_dict()
            case Approve():
                return (await self._journal.approvals.get(approval_id(run.id, wait.path))).decision
        return None

    async def _event(self, wait: WaitFor, run: RunRecord, seen: Collection[str]) -> Event | None:
        for event in await self._journal.events.since(wait.event, wait.key, run.created):
            if event.id not in seen:
                return event
        # The clock may have been set back since the run began, so that the event looks older.
        topic = topic_of(wait.event, wait.key)
        came = await self._journal.waits.event(topic, run.id, wait.path)
        return None if came is None else await self._journal.events.get(came)

    def forget(self, wait: Wait, run: RunRecord) -> None:
        """A run does not wait for this any more."""
        match wait:
            case WaitFor():
                self._journal.waits.remove(topic_of(wait.event, wait.key), run.id, wait.path)
            case Approve():
                self._journal.approvals.withdraw(approval_id(run.id, wait.path))

    # From the world

    async def event(self, event: Event) -> None:
        """Tell every run that waits for it of an event that is durable."""
        runs = await self._journal.waits.runs(event.name, event.key)
        for run_id in runs:
            if live := self._live.get(run_id):
                live.event_came(event)
        if runs:
            await self._journal.waits.wake(event.name, event.key, event.id)
            self._wake()

    async def available(self, service: str) -> None:
        """Let the parked runs that wait for a service try it again at once."""
        await self._journal.waits.available(service, self._world.time())
        self._wake()

    async def decide(
        self,
        approval: str,
        choice: str,
        *,
        values: Mapping[str, Any] | None = None,
        by: str = "",
        comment: str = "",
    ) -> ApprovalRecord:
        """Answer an approval; the record as it stands then.

        Raises:
            NotFound: there is no such approval.
            InvalidInput: no such choice, or the values do not fit the form.
            MayNotDecide: ``by`` is not among those who may decide.
            Conflict: it was decided before, or its run is over.
        """
        record = await self._journal.approvals.get(approval)
        now = self._world.time()
        decision = decision_on(record, choice, values=values, by=by, comment=comment, now=now)
        await self._still_asked(record)
        await self._record(record, decision)
        return await self._journal.approvals.get(approval)

    async def expire(self, approve: Approve, run: RunRecord) -> None:
        """Decide as the template says for the case that nobody did."""
        record = await self._journal.approvals.get(approval_id(run.id, approve.path))
        await self._record(record, late_decision(approve, self._world.time()), late=True)

    async def _still_asked(self, record: ApprovalRecord) -> None:
        run = await self._journal.runs.find(record.run)
        if run.finished is not None:
            raise Conflict(f"run {run.id} is over: it {_ended(run.status)}")

    async def _record(
        self, record: ApprovalRecord, decision: Mapping[str, Any], *, late: bool = False
    ) -> None:
        if not await self._journal.approvals.decide(record, decision) and not late:
            raise Conflict(f"approval {record.id} was decided already")
        if live := self._live.get(record.run):
            live.decided(record.id, decision)
        self._wake()


def _ended(status: str) -> str:
    return {"succeeded": "succeeded", "failed": "failed"}.get(status, f"was {status}")
