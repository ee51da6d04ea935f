"""The steps of a run, by path, in the state of the object that does its work."""

from __future__ import annotations

from restate import ObjectContext

from interlock.journal import Done, Payload, StepRow, StepStatus
from interlock.restate.blobs import SharedBlobs, packed
from interlock.restate.records import packed_row
from interlock.restate.wire import JSON


class StepState:
    """Implements ``StepLog``; what is recorded is durable before the run's next effect."""

    def __init__(self, ctx: ObjectContext) -> None:
        self._ctx = ctx
        self._large: list[Payload] = []

    async def keep_blobs(self, blobs: SharedBlobs) -> None:
        """Before Restate is told of the steps that refer to them."""
        while self._large:
            await blobs.store(self._large.pop())

    def record(
        self,
        run_id: str,
        path: str,
        position: int,
        status: StepStatus,
        what: str,
        payload: Payload | None,
        started: float,
        finished: float | None,
        due: float | None = None,
        done: Done | None = None,
    ) -> None:
        row = StepRow(path, None, position, status, what, started, finished, due)
        if payload is not None and payload.blob is not None:
            self._large.append(payload)
        value = None if payload is None else packed(payload)
        self._ctx.set(f"step/{path}", packed_row(row, value), JSON)
        if done is not None:
            done(None)
