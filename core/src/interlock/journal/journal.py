"""The whole durable record, one attribute for each aggregate."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from interlock.journal.blobs import BlobStore
from interlock.journal.database import Database, Synchronous
from interlock.journal.dead_letters import DeadLetterRecords
from interlock.journal.events import EventRecords
from interlock.journal.runs import Runs, Templates
from interlock.journal.state import ServiceState
from interlock.journal.steps import Steps
from interlock.sdk import KeyValue, World


class Journal:
    """Everything durable of one daemon: one database file and a folder of blobs beside it."""

    def __init__(self, database: Database, world: World) -> None:
        self._database = database
        self.blobs = BlobStore(database.path.with_suffix(".blobs"))
        self.runs = Runs(database)
        self.templates = Templates(database)
        self.steps = Steps(database, self.blobs)
        self.events = EventRecords(database, world)
        self.dead_letters = DeadLetterRecords(database, world)

    def key_value(self, service: str) -> KeyValue:
        return ServiceState(self._database, service)


@asynccontextmanager
async def open_journal(
    path: Path, world: World, *, synchronous: Synchronous = "full"
) -> AsyncIterator[Journal]:
    """Open or create the journal at ``path``; everything submitted is committed on exit.

    Raises:
        JournalError: it is damaged, newer than this Interlock, or cannot be opened.
    """
    database = Database(path, synchronous=synchronous)
    try:
        yield Journal(database, world)
    finally:
        await database.close()
