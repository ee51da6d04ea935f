"""The steps of a run, by path, in the state of the object that does its work."""

from __future__ import annotations

from restate import ObjectContext

from interlock.journal import Done, Payload, StepRow
from interlock.restate.blobs import SharedBlobs
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
        self, run_id: str, step: StepRow, blob: bytes | None = None, done: Done | None = None
    ) -> None:
        if blob is not None:
            self._large.append(Payload(step.payload, blob))
        self._ctx.set(f"step/{step.path}", packed_row(step), JSON)
        if done is not None:
            done(None)
