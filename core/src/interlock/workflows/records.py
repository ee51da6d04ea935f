"""Steps as they are shown: attempts and waits of one step folded into one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from interlock.journal import StepRow, output_of
from interlock.workflows.operations import Operation
from interlock.workflows.paths import is_pause, step_of


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step of a run.

    Attributes:
        status: ``started``, ``waiting``, ``succeeded``, ``failed`` or ``skipped``.
        output: large ones as ``{"blob": digest}``.
        seconds: from the first attempt's start to the last one's end.
        history: ``{kind, status, started, finished}`` of its attempts, of kind ``try``, and of
            the waits between them.
    """

    path: str
    what: str
    status: str
    attempts: int
    output: Any
    error: dict[str, Any] | None
    waiting: dict[str, Any] | None
    started: float
    finished: float | None
    history: tuple[dict[str, Any], ...] = ()

    @property
    def seconds(self) -> float | None:
        return None if self.finished is None else self.finished - self.started

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "seconds": self.seconds}


def under_way(operations: Mapping[Operation, float], known: Iterable[StepRow]) -> list[StepRow]:
    """Rows of what was begun and is not on record, because it may simply be done again."""
    there = {row.path for row in known}
    return [
        StepRow(operation.path, None, 0, "started", operation.what, since, None, None)
        for operation, since in operations.items()
        if operation.path not in there
    ]


def step_records(rows: Sequence[StepRow]) -> list[StepRecord]:
    """In the order of their last attempts."""
    found: dict[str, list[StepRow]] = {}
    parts: dict[str, list[StepRow]] = {}
    for row in rows:
        path = step_of(row.path)
        parts.setdefault(path, []).append(row)
        if row.path == path or row.finished is None or not is_pause(row.path):
            found[path] = [*found.pop(path, []), row]
    return [_folded(path, attempts, parts[path]) for path, attempts in found.items()]


def _folded(path: str, rows: list[StepRow], parts: list[StepRow]) -> StepRecord:
    last = rows[-1]
    value = output_of(last.payload)
    calls = [row for row in rows if not is_pause(row.path)]
    return StepRecord(
        path=path,
        what=(calls or rows)[-1].what,
        status=last.status,
        attempts=len(calls),
        output=value if last.status == "succeeded" else None,
        error=value if last.status == "failed" else None,
        waiting=value if last.status == "waiting" else None,
        started=rows[0].started,
        finished=last.finished,
        history=tuple(_part(row) for row in sorted(parts, key=lambda row: row.started)),
    )


def _part(row: StepRow) -> dict[str, Any]:
    kind = "wait" if is_pause(row.path) or row.status == "waiting" else "try"
    times = {"started": row.started, "finished": row.finished}
    return {"kind": kind, "status": row.status, **times}
