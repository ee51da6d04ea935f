"""What happens in runs, as it happens, for whoever watches; never waits for a watcher."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from interlock.journal import RunRecord
from interlock.workflows.records import StepRecord

Item = dict[str, Any]

_CAPACITY = 1000


class Watcher:
    """A bounded stream; what a slow reader misses is counted in the next item's ``skipped``."""

    def __init__(self) -> None:
        self._items: deque[Item] = deque(maxlen=_CAPACITY)
        self._skipped = 0
        self._arrived = asyncio.Event()

    def offer(self, item: Item) -> None:
        self._skipped += len(self._items) == _CAPACITY
        self._items.append(item)
        self._arrived.set()

    def __aiter__(self) -> Watcher:
        return self

    async def __anext__(self) -> Item:
        while not self._items:
            self._arrived.clear()
            await self._arrived.wait()
        item = self._items.popleft()
        if self._skipped:
            item = {**item, "skipped": self._skipped}
            self._skipped = 0
        return item


class Progress:
    """Hands items ``{kind, run, path, what, seconds, message, at}`` to the watchers.

    Kinds are ``step-`` and ``started``, ``succeeded``, ``failed``, ``retrying``, ``waiting``,
    ``skipped``, ``undone`` or ``progress`` (with ``done`` and ``total``, as the tool tells them),
    and ``run-`` and a run's status, ``started`` or ``resumed``.
    """

    def __init__(self) -> None:
        self._of_run: dict[str, set[Watcher]] = {}

    def watched(self, run_id: str) -> bool:
        """Whether anybody wants items of this run; ask before making one."""
        return run_id in self._of_run

    def publish(self, item: Item) -> None:
        for watcher in self._of_run.get(item["run"], ()):
            watcher.offer(item)

    @contextmanager
    def watching(self, run_id: str) -> Iterator[Watcher]:
        """The items of one run, from now on."""
        watcher = Watcher()
        self._of_run.setdefault(run_id, set()).add(watcher)
        try:
            yield watcher
        finally:
            watchers = self._of_run[run_id]
            watchers.discard(watcher)
            if not watchers:
                del self._of_run[run_id]


def item_of(record: RunRecord, kind: str, at: float) -> Item:
    """What became of the run as a whole."""
    why = record.problem or record.waiting or {}
    return {
        "kind": kind,
        "run": record.id,
        "path": "",
        "what": record.workflow,
        "at": at,
        "message": why.get("message") or why.get("reason", ""),
        "end": record.finished is not None,
    }


def missed(run_id: str, steps: Sequence[StepRecord], since: float) -> list[Item]:
    """What somebody who saw everything up to ``since`` did not see: steps that ended after it."""
    return [
        {
            "kind": f"step-{step.status}",
            "run": run_id,
            "path": step.path,
            "what": step.what,
            "seconds": step.seconds,
            "message": (step.error or {}).get("message", ""),
            "at": step.finished,
        }
        for step in steps
        if step.finished is not None and step.finished > since
    ]
