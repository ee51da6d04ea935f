"""The durable record of everything, in one SQLite file; all SQL of Interlock is in here."""

from interlock.journal.answers import Answer
from interlock.journal.approvals import ApprovalRecord
from interlock.journal.audit import AuditRecord, audit_digest
from interlock.journal.dead_letters import DeadLetterRecord
from interlock.journal.errors import JournalDamaged, JournalError, JournalFull, unknown
from interlock.journal.events import EventRecord
from interlock.journal.journal import Journal, open_journal
from interlock.journal.payloads import Column, Payload, decode, digest_of, encode
from interlock.journal.queues import Limits
from interlock.journal.retention import Cutoffs, Swept
from interlock.journal.run_record import Intent, RunRecord, Status
from interlock.journal.search import Place, RunFilter
from interlock.journal.steps import StepRow, StepStatus, output_of
from interlock.journal.waits import topic_of
from interlock.journal.writer import Done

__all__ = [
    "Answer",
    "ApprovalRecord",
    "AuditRecord",
    "Column",
    "Cutoffs",
    "DeadLetterRecord",
    "Done",
    "EventRecord",
    "Intent",
    "Journal",
    "JournalDamaged",
    "JournalError",
    "JournalFull",
    "Limits",
    "Payload",
    "Place",
    "RunFilter",
    "RunRecord",
    "Status",
    "StepRow",
    "StepStatus",
    "Swept",
    "audit_digest",
    "decode",
    "digest_of",
    "encode",
    "open_journal",
    "output_of",
    "topic_of",
    "unknown",
]
