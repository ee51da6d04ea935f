"""Runs as tasks (SEP-2663): the task's id is the run's, its state comes from the journal.

So a task outlives the connection, the client and the daemon. It is visible only to the caller
that started it; everybody else is answered as if there were none.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from interlock.mcp.client import unknown
from interlock.mcp.content import failed, succeeded
from interlock.mcp.questions import Question, answer, as_request, open_questions
from interlock.runtime import Runtime, current_caller
from interlock.sdk import InterlockError, NotFound

_POLL = 500  # milliseconds between two looks at a task
_INTERNAL_ERROR = -32603

Run = dict[str, Any]


def tags_of_caller() -> tuple[str, ...]:
    """What marks a run as the caller's."""
    return (f"mcp:{current_caller().name}",)


class Tasks:
    """The tasks of the caller of each request.

    Args:
        kept: seconds that a run is kept after its end; None for ever.
    """

    def __init__(self, runtime: Runtime, kept: float | None) -> None:
        self._runtime = runtime
        self._ttl = None if kept is None else int(kept * 1000)

    async def get(self, task_id: str) -> dict[str, Any]:
        """The task as ``tasks/get`` answers.

        Raises:
            MCPError: there is none of this id, or it is somebody else's.
        """
        run = await self._own(task_id)
        over = run["finished"] is not None
        questions = {} if over else await open_questions(self._runtime, run["id"])
        view = self._view(run, questions)
        if view["status"] == "completed":
            view["result"] = await outcome(self._runtime, run["id"])
        return view

    async def update(self, task_id: str, responses: Mapping[str, Any]) -> None:
        """Answer what the task asks; keys it does not ask for are passed over."""
        run = await self._own(task_id)
        questions = await open_questions(self._runtime, run["id"])
        for step, response in responses.items():
            if step in questions:
                await answer(self._runtime, questions[step], response)

    async def cancel(self, task_id: str) -> None:
        """Ask the run to stop; one that is over stays as it is."""
        run = await self._own(task_id)
        if run["finished"] is None:
            await self._runtime.cancel(run["id"])

    async def _own(self, task_id: str) -> Run:
        try:
            run = await self._runtime.run(task_id)
        except NotFound:
            raise unknown("task", task_id) from None
        if run["id"] != task_id or not set(tags_of_caller()) <= set(run["tags"]):
            raise unknown("task", task_id)
        return run

    def _view(self, run: Run, questions: Mapping[str, Question]) -> dict[str, Any]:
        status = _status(run, questions)
        view: dict[str, Any] = {
            "taskId": run["id"],
            "status": status,
            "createdAt": _moment(run["created"]),
            "lastUpdatedAt": _moment(run["finished"] or run["created"]),
            "ttlMs": self._ttl,
            "pollIntervalMs": _POLL,
        }
        why = run["error"] or run["waiting"] or {}
        if message := why.get("message") or why.get("reason"):
            view["statusMessage"] = message
        if status == "failed":
            view["error"] = {"code": _INTERNAL_ERROR, "message": view.get("statusMessage", "")}
        elif status == "input_required":
            view["inputRequests"] = {step: as_request(each) for step, each in questions.items()}
        return view


async def outcome(
    runtime: Runtime, run_id: str, *, modern: bool = True, promised: bool = True
) -> dict[str, Any]:
    """What a run ends with, as the result of a tool; see :func:`succeeded`."""
    try:
        output = await runtime.wait(run_id)
    except InterlockError as error:
        return failed(error)
    return succeeded(output, modern=modern, promised=promised)


def _status(run: Run, questions: Mapping[str, Question]) -> str:
    if run["finished"] is None:
        return "input_required" if questions else "working"
    if run["status"] == "cancelled":
        return "cancelled"
    # What a tool reports is a result; only what nobody foresaw is a failure of the protocol.
    return "failed" if (run["error"] or {}).get("code") == "service-bug" else "completed"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
