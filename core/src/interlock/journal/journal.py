"""One SQLite file from which every run can be continued."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from sqlite3 import Connection

from interlock.journal.answers import Answers
from interlock.journal.approvals import Approvals
from interlock.journal.audit import Audit
from interlock.journal.blobs import BlobStore
from interlock.journal.connections import Synchronous, connect_writer, own
from interlock.journal.dead_letters import DeadLetters
from interlock.journal.errors import JournalError
from interlock.journal.events import Events
from interlock.journal.key_value import KeyValueStore
from interlock.journal.memos import Memos
from interlock.journal.queues import QueueRecords
from interlock.journal.reader import Reader
from interlock.journal.recent import Recent
from interlock.journal.retention import Retention
from interlock.journal.run_record import RunRecord
from interlock.journal.runs import Runs, read_runs
from interlock.journal.spending import SpendingRecords
from interlock.journal.steps import StepRow, Steps, read_steps
from interlock.journal.templates import Templates
from interlock.journal.waits import Waits
from interlock.journal.writer import Writer
from interlock.sdk.context import KeyValue
from interlock.sdk.world import World

# No service can have this name.
_TRIED = ":tried"


class Journal:
    """The aggregates, over one writer and one reader. Made by :func:`open_journal`."""

    def __init__(self, writer: Writer, reader: Reader, world: World) -> None:
        self.writer = writer
        self._reader = reader
        self.blobs = BlobStore(writer, reader, world)
        self.templates = Templates(writer, reader)
        self.runs = Runs(writer, reader, self.blobs)
        self.steps = Steps(writer, reader, self.blobs)
        self.events = Events(writer, reader, world)
        self.retention = Retention(writer, reader)
        self.waits = Waits(writer, reader)
        self.approvals = Approvals(writer, reader)
        self.dead_letters = DeadLetters(writer, reader)
        self.audit = Audit(writer, reader)
        self.answers = Answers(writer, reader)
        self.queues = QueueRecords(writer, reader, self.runs)
        self.memos = Memos(writer, reader)
        self.spending = SpendingRecords(writer)
        self.recent = Recent(reader)

    @property
    def pending(self) -> int:
        """Writes and queries under way."""
        return self.writer.pending + self._reader.pending

    async def fault(self) -> JournalError | None:
        """Why nothing can be recorded.

        Once a write has failed, another one is made to see whether that is still so.
        """
        if self.writer.condition.fault is not None:
            with suppress(JournalError):
                await self.key_value(_TRIED).put("write", True)
        return self.writer.condition.fault

    def key_value(self, service: str) -> KeyValue:
        """The durable facts of one service."""
        return KeyValueStore(service, self.writer, self._reader)

    async def load(self, run_ids: Sequence[str]) -> list[tuple[RunRecord, dict[str, StepRow]]]:
        """Everything needed to continue these runs, in two queries for all of them."""

        def read(connection: Connection) -> list[tuple[RunRecord, dict[str, StepRow]]]:
            steps = read_steps(connection, run_ids)
            return [(run, steps[run.id]) for run in read_runs(connection, run_ids)]

        return await self._reader.query(read)


@asynccontextmanager
async def open_journal(
    path: Path, world: World, *, synchronous: Synchronous = "FULL"
) -> AsyncIterator[Journal]:
    """Open the journal at ``path``, creating it if there is none; close it on exit.

    Args:
        synchronous: ``NORMAL`` survives a crash of the process, but may lose the last commits
            when the power fails.

    Raises:
        JournalError: it is damaged, in use by another process, or cannot be opened.
    """
    lock = own(path)
    try:
        connection = connect_writer(path, synchronous)
        try:
            writer, reader = Writer(connection, path), Reader(path)
            try:
                yield Journal(writer, reader, world)
            finally:
                await reader.close()
                await writer.close()
        finally:
            connection.close()
    finally:
        lock.close()
