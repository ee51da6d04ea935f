"""The steps of runs, keyed by their path in the template; what is recorded never runs again."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from interlock.journal.blobs import BlobStore
from interlock.journal.payloads import Column, decode, resolved
from interlock.journal.reader import Reader
from interlock.journal.writer import Done, Rows, Writer

StepStatus = Literal["started", "waiting", "succeeded", "failed", "skipped"]

_RECORD = Rows(
    """INSERT OR REPLACE INTO steps
    (run, path, payload, position, status, what, started, finished, due)""",
    9,
)
_REST = "position, status, what, started, finished, due"
_OF_RUN = f"SELECT path, payload, {_REST} FROM steps WHERE run = ? ORDER BY position, started"
_OF_RUNS = f"SELECT run, path, {resolved('payload')}, {_REST} FROM steps WHERE run IN "


class StepRow(NamedTuple):
    """One recorded operation of a run.

    Attributes:
        payload: JSON of the output, the problem or what is waited for, by status; where it is
            large, the digest of the blob that holds it.
        position: its place in the order in which the run's operations ended.
        what: the tool called, or the kind of step.
        due: when a wait is over.
    """

    path: str
    payload: Column
    position: int
    status: StepStatus
    what: str
    started: float
    finished: float | None
    due: float | None = None


class Steps:
    """All steps of one journal."""

    def __init__(self, writer: Writer, reader: Reader, blobs: BlobStore) -> None:
        self._writer = writer
        self._reader = reader
        self._blobs = blobs

    def record(
        self, run_id: str, step: StepRow, blob: bytes | None = None, done: Done | None = None
    ) -> None:
        """Write a step over what was recorded of it before.

        Args:
            blob: the payload in full, where the step names it by its digest.
            done: as in ``Writer.write``.
        """
        if blob is not None and isinstance(step.payload, str):
            self._blobs.add(step.payload, blob)
        self._writer.write(_RECORD, (run_id, *step), done)

    async def of_run(self, run_id: str) -> Sequence[StepRow]:
        """In the order in which they ended; large payloads as the digest of their blob."""
        return [StepRow(*row) for row in await self._reader.rows(_OF_RUN, (run_id,))]


def read_steps(
    connection: sqlite3.Connection, run_ids: Sequence[str]
) -> dict[str, dict[str, StepRow]]:
    """All steps of several runs in one query, by run and path; payloads in full."""
    found: dict[str, dict[str, StepRow]] = {run_id: {} for run_id in run_ids}
    marks = ",".join("?" * len(run_ids))
    for run_id, *row in connection.execute(f"{_OF_RUNS} ({marks})", tuple(run_ids)):
        step = StepRow(*row)
        found[run_id][step.path] = step
    return found


def output_of(payload: bytes | str | None) -> Any:
    """What a listing shows of a payload: the value, or a reference to a large one."""
    return {"blob": payload} if isinstance(payload, str) else decode(payload)
