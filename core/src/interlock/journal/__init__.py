"""The durable record. All SQL of the project is in this package, one module for each aggregate."""

from interlock.journal.blobs import BlobStore
from interlock.journal.dead_letters import DeadLetterRecord
from interlock.journal.errors import JournalError
from interlock.journal.journal import Journal, open_journal
from interlock.journal.runs import RunRecord
from interlock.journal.steps import StepRecord

__all__ = [
    "BlobStore",
    "DeadLetterRecord",
    "Journal",
    "JournalError",
    "RunRecord",
    "StepRecord",
    "open_journal",
]
