"""What people are asked, and what they decided."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interlock.journal.errors import unknown
from interlock.journal.payloads import decode, packed
from interlock.journal.reader import Reader
from interlock.journal.search import NOWHERE, PARKED, Place, globs
from interlock.journal.writer import Done, Rows, Writer

_OPEN = Rows("INSERT OR IGNORE INTO approvals (id, run, step, request, created, due)", 6)
_WITHDRAW = Rows("DELETE FROM approvals WHERE decided IS NULL AND id IN (", 1, ")")
_DECIDE = "UPDATE approvals SET decided = ?, decision = ? WHERE id = ? AND decided IS NULL"
_WAKE = f"UPDATE runs SET wake = 0 WHERE id = ? AND {PARKED}"
_COLUMNS = "a.id, a.run, a.step, a.request, a.created, a.due, a.decided, a.decision"
_WITHIN = "(?2 IS NULL OR EXISTS (SELECT 1 FROM json_each(?2) WHERE r.workflow GLOB value))"
_GET = f"SELECT {_COLUMNS} FROM approvals a WHERE a.id = ?"
_OPEN_ONES = f"""SELECT {_COLUMNS} FROM approvals a JOIN runs r ON r.id = a.run
    WHERE a.decided IS NULL AND r.finished IS NULL AND (?1 IS NULL OR a.run = ?1) AND {_WITHIN}
    AND (?3 IS NULL OR (a.created, a.id) > (?3, ?4)) ORDER BY a.created, a.id LIMIT ?5"""
_ALL = f"""SELECT {_COLUMNS} FROM approvals a JOIN runs r ON r.id = a.run
    WHERE (?1 IS NULL OR a.run = ?1) AND {_WITHIN}
    AND (?3 IS NULL OR (a.created, a.id) < (?3, ?4))
    ORDER BY a.created DESC, a.id DESC LIMIT ?5"""


@dataclass(frozen=True, slots=True)
class ApprovalRecord:
    """A question that a run puts to people.

    Attributes:
        id: the run's id and the step's path.
        request: ``{title, show, choices, form, who, default}``.
        due: when it expires.
        decision: ``{choice, values, by, comment, at}`` once somebody decided, or time did.
    """

    id: str
    run: str
    step: str
    request: Mapping[str, Any]
    created: float
    due: float | None = None
    decided: float | None = None
    decision: Mapping[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "run": self.run,
            "step": self.step,
            **self.request,
            "created": self.created,
            "due": self.due,
            "decided": self.decided,
            "decision": self.decision,
        }


class Approvals:
    """All questions of one journal; the first decision on one is the decision."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    def open(self, approval: ApprovalRecord, done: Done) -> None:
        """Ask; a question that was asked already stays as it is."""
        row = (approval.id, approval.run, approval.step, packed(approval.request))
        self._writer.write(_OPEN, (*row, approval.created, approval.due), done)

    def withdraw(self, approval_id: str) -> None:
        """Take an open question back."""
        self._writer.write(_WITHDRAW, (approval_id,))

    async def decide(self, approval: ApprovalRecord, decision: Mapping[str, Any]) -> bool:
        """Record the decision, and wake the run if it is parked; False if there is one."""

        def decide(connection: sqlite3.Connection) -> bool:
            row = (decision["at"], packed(decision), approval.id)
            if connection.execute(_DECIDE, row).rowcount == 0:
                return False
            connection.execute(_WAKE, (approval.run,))
            return True

        return await self._writer.transact(decide)

    async def get(self, approval_id: str) -> ApprovalRecord:
        """By id; NotFound if nobody was asked that."""
        found = await self._reader.rows(_GET, (approval_id,))
        if not found:
            raise unknown("approval", approval_id)
        return _record(found[0])

    async def list(
        self,
        *,
        open_only: bool = True,
        run: str | None = None,
        within: Sequence[str] | None = None,
        limit: int = 50,
        after: Place | None = None,
    ) -> Sequence[ApprovalRecord]:
        """Open ones, the oldest first; or all, the newest first.

        Args:
            within: patterns of the workflows that ask.
            after: where the listing goes on.
        """
        values = (run, globs(within), *(after or NOWHERE), limit)
        rows = await self._reader.rows(_OPEN_ONES if open_only else _ALL, values)
        return [_record(row) for row in rows]


def _record(row: tuple[Any, ...]) -> ApprovalRecord:
    approval_id, run, step, request, created, due, decided, decision = row
    return ApprovalRecord(
        approval_id, run, step, decode(request), created, due, decided, decode(decision)
    )
