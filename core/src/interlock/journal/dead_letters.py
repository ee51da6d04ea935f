"""What could not be handled; kept until somebody looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from interlock.journal.errors import unknown
from interlock.journal.payloads import decode
from interlock.journal.reader import Reader
from interlock.journal.search import NOWHERE, Place
from interlock.journal.writer import Rows, Writer

_ADD = Rows("INSERT OR IGNORE INTO dead_letters (id, kind, subject, reason, payload, created)", 6)
_COLUMNS = "id, kind, subject, reason, created, payload"
_GET = f"SELECT {_COLUMNS} FROM dead_letters WHERE id = ?"
_DISCARD = "DELETE FROM dead_letters WHERE id = ?"
_NEWEST = f"""SELECT {_COLUMNS} FROM dead_letters
    WHERE ?1 IS NULL OR (created, id) < (?1, ?2) ORDER BY created DESC, id DESC LIMIT ?3"""


@dataclass(frozen=True, slots=True)
class DeadLetterRecord:
    """One of them.

    Attributes:
        id: a second letter of the same id is dropped.
        kind: ``message``, ``event``, ``compensation``, ``step`` or ``run``.
        subject: what it is about: an actor, an event's name, a step of a run.
        reason: one sentence.
        payload: JSON; what is needed to handle it after all.
    """

    id: str
    kind: str
    subject: str
    reason: str
    payload: Any
    created: float

    @property
    def place(self) -> Place:
        return (self.created, self.id)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


class DeadLetters:
    """Durable; newest first."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    def put(self, letter: DeadLetterRecord) -> None:
        """Write without waiting; it is durable before anything that is written later."""
        self._writer.write(_ADD, _row(letter))

    async def add(self, letter: DeadLetterRecord) -> None:
        """Write, and wait until it is durable."""
        await self._writer.commit(_ADD, _row(letter))

    async def get(self, letter_id: str) -> DeadLetterRecord:
        """By id; NotFound if there is none."""
        rows = await self._reader.rows(_GET, (letter_id,))
        if not rows:
            raise unknown("dead letter", letter_id)
        return _record(*rows[0])

    async def discard(self, letter_id: str) -> None:
        """Forget one; one that is gone already is gone."""
        await self._writer.transact(lambda connection: connection.execute(_DISCARD, (letter_id,)))

    async def list(self, limit: int = 50, after: Place | None = None) -> Sequence[DeadLetterRecord]:
        """``after`` is where the listing goes on."""
        rows = await self._reader.rows(_NEWEST, (*(after or NOWHERE), limit))
        return [_record(*row) for row in rows]


def _record(
    id: str, kind: str, subject: str, reason: str, created: float, payload: bytes
) -> DeadLetterRecord:
    return DeadLetterRecord(id, kind, subject, reason, decode(payload), created)


def _row(letter: DeadLetterRecord) -> tuple[Any, ...]:
    payload = orjson.dumps(letter.payload, default=str)
    return (letter.id, letter.kind, letter.subject, letter.reason, payload, letter.created)
