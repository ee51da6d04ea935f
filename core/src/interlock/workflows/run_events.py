"""What becomes of runs, as events that triggers and handlers can ask for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from interlock.journal import ApprovalRecord, RunRecord
from interlock.sdk.events import Event

Announce = Callable[[str, Callable[[], Event]], None]
"""Publishes an event of a name, if anybody asks for such; it is durable before whatever is
written after it, so an event is told of everything that is on record."""

_ASKED = "approval.asked"


class RunEvents:
    """``run.started``, ``run.`` and the status with which it ended, and ``approval.asked``."""

    def __init__(self, announce: Announce | None) -> None:
        self._announce = announce or (lambda _name, _make: None)

    def started(self, run: RunRecord) -> None:
        name, start = "run.started", f"run:{run.id}:started"
        self._announce(name, lambda: Event(name, _payload(run), id=start, key=run.id))

    def ended(self, run: RunRecord) -> None:
        """A run may end several times, if it is retried."""
        name, end = f"run.{run.status}", f"run:{run.id}:{run.status}:{run.finished!r}"
        self._announce(name, lambda: Event(name, _payload(run), id=end, key=run.id))

    def asked(self, approval: ApprovalRecord, run: RunRecord) -> None:
        payload = {
            "approval": approval.id,
            "step": approval.step,
            "title": approval.request.get("title", ""),
            "due": approval.due,
            **_payload(run),
        }
        # After a restart a run asks again, which is still the same question.
        asked = f"approval:{approval.id}"
        self._announce(_ASKED, lambda: Event(_ASKED, payload, id=asked, key=run.id))


def _payload(run: RunRecord) -> dict[str, Any]:
    return {
        "run": run.id,
        "workflow": run.workflow,
        "status": run.status,
        "parent": run.parent,
        "tags": list(run.tags),
        "created": run.created,
        "finished": run.finished,
        "error": run.problem,
    }
