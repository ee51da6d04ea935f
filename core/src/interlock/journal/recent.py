"""What happened lately, counted where it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from interlock.journal.reader import Reader
from interlock.journal.search import globs

_WITHIN = "(?1 IS NULL OR EXISTS (SELECT 1 FROM json_each(?1) WHERE workflow GLOB value))"
_MINUTES = f"""SELECT CAST((created - ?2) / 60 AS INTEGER) AS minute, status, count(*) FROM runs
    WHERE created >= ?2 AND parent IS NULL AND {_WITHIN} GROUP BY minute, status"""
_OPEN = f"""SELECT status, count(*) FROM runs WHERE finished IS NULL AND {_WITHIN}
    GROUP BY status"""
_LETTERS = "SELECT kind, count(*) FROM dead_letters GROUP BY kind"
_QUESTIONS = f"""SELECT count(*) FROM approvals a JOIN runs r ON r.id = a.run
    WHERE a.decided IS NULL AND r.finished IS NULL AND {_WITHIN}"""


class Started(NamedTuple):
    """How many runs that were started in one minute stand so."""

    minute: int
    status: str
    runs: int


class Recent:
    """Reads only; ``within`` are patterns of workflows, None for all."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def started(self, since: float, within: Sequence[str] | None = None) -> list[Started]:
        """By minutes after ``since``; runs that others started count with those."""
        rows = await self._reader.rows(_MINUTES, (globs(within), since))
        return [Started(*row) for row in rows]

    async def open(self, within: Sequence[str] | None = None) -> dict[str, int]:
        """How many runs that are not over stand how."""
        return dict(await self._reader.rows(_OPEN, (globs(within),)))

    async def dead_letters(self) -> dict[str, int]:
        """How many there are, by kind."""
        return dict(await self._reader.rows(_LETTERS, ()))

    async def questions(self, within: Sequence[str] | None = None) -> int:
        """How many of them nobody has answered."""
        return int((await self._reader.rows(_QUESTIONS, (globs(within),)))[0][0])
