"""Watching a run that is on any daemon: what is new in its record, look by look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from interlock.journal import RunRecord
from interlock.workflows.progress import Item, item_of, missed
from interlock.workflows.records import StepRecord

_OPEN = ("started", "waiting")


class Watch:
    """What is new of one run, from one look at its record to the next.

    Args:
        since: what happened up to this moment was seen.
    """

    def __init__(self, since: float) -> None:
        self._since = since
        self._open: dict[str, str] = {}
        self._reported: dict[str, float] = {}
        self._status = "running"

    def news(
        self, run: RunRecord, steps: Sequence[StepRecord], reports: Mapping[str, Any], now: float
    ) -> Iterator[Item]:
        """What became of a run since the last look."""
        yield from self._ended(run, steps)
        yield from self._begun(run, steps)
        yield from self._reports(run, reports)
        if run.finished is not None:
            yield item_of(run, f"run-{run.status}", run.finished)
        elif run.status != self._status:
            self._status = run.status
            kind = "resumed" if run.status == "running" else run.status
            yield item_of(run, f"run-{kind}", now)

    def _ended(self, run: RunRecord, steps: Sequence[StepRecord]) -> Iterator[Item]:
        for item in sorted(missed(run.id, steps, self._since), key=lambda item: item["at"]):
            self._since = max(self._since, item["at"])
            yield item

    def _begun(self, run: RunRecord, steps: Sequence[StepRecord]) -> Iterator[Item]:
        before = self._open
        self._open = {step.path: step.status for step in steps if step.status in _OPEN}
        for step in steps:
            if step.status in _OPEN and before.get(step.path) != step.status:
                message = (step.waiting or {}).get("reason", "")
                item = {"kind": f"step-{step.status}", "run": run.id, "path": step.path}
                yield {**item, "what": step.what, "at": step.started, "message": message}

    def _reports(self, run: RunRecord, reports: Mapping[str, Any]) -> Iterator[Item]:
        for path, report in reports.items():
            if report["at"] > self._reported.get(path, self._since):
                self._reported[path] = report["at"]
                yield {"kind": "step-progress", "run": run.id, "path": path, **report}
