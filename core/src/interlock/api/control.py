"""What operators do to runs, over HTTP."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from interlock.api.answers import Accepted, EachDone, Moved, Started
from interlock.api.endpoint import Endpoint, Handler
from interlock.api.problems import Json
from interlock.api.requests import Body, Duration, read_body, runtime_of
from interlock.journal import RunFilter, Status


class CancelBody(Body):
    """``POST /api/v1/runs/{run}/cancel``."""

    undo: bool = Field(True, description="undo what the run completed")
    within: Duration | None = Field(None, description="after which the run is cut off")


class ForkBody(Body):
    """``POST /api/v1/runs/{run}/fork``."""

    step: str | None = Field(None, description="path of the first step to be done anew")
    input: dict[str, Any] | None = Field(None, description="default: that of the run")
    latest: bool = Field(False, description="with the template as it is now")


class MoveBody(Body):
    """``POST /api/v1/runs/{run}/move``."""

    check: bool = Field(False, description="only say whether the run could be moved")


class FilterBody(Body):
    """Which runs are meant; everything given must hold."""

    status: Status | None = None
    workflow: str | None = None
    tag: str | None = None
    since: float | None = None
    until: float | None = None
    text: str | None = None
    input: dict[str, str | int | float | bool | None] = Field(default_factory=dict)


class EachBody(Body):
    """``POST /api/v1/runs/each``."""

    action: Literal["cancel", "pause", "resume", "retry"]
    where: FilterBody
    limit: int = Field(1000, ge=1, le=100_000)


async def cancel_run(request: Request) -> Response:
    body = await read_body(request, CancelBody)
    await runtime_of(request).cancel(_run(request), undo=body.undo, within=body.within)
    return Json({"cancelling": True}, status_code=202)


async def pause_run(request: Request) -> Response:
    await runtime_of(request).pause(_run(request))
    return Json({"pausing": True}, status_code=202)


async def resume_run(request: Request) -> Response:
    await runtime_of(request).resume(_run(request))
    return Json({"resumed": True}, status_code=202)


async def retry_run(request: Request) -> Response:
    await runtime_of(request).retry(_run(request))
    return Json({"retrying": True}, status_code=202)


async def move_run(request: Request) -> Response:
    body = await read_body(request, MoveBody)
    version = await runtime_of(request).move(_run(request), check=body.check)
    return Json({"version": version, "moved": not body.check})


async def fork_run(request: Request) -> Response:
    body = await read_body(request, ForkBody)
    run_id = await runtime_of(request).fork(
        _run(request), step=body.step, input=body.input, latest=body.latest
    )
    location = {"Location": f"/api/v1/runs/{run_id}"}
    return Json({"run_id": run_id}, status_code=202, headers=location)


async def each_run(request: Request) -> Response:
    """One action on all runs that match."""
    body = await read_body(request, EachBody)
    which = RunFilter(**body.where.model_dump())
    return Json(await runtime_of(request).each(body.action, which, limit=body.limit))


def _run(request: Request) -> str:
    run: str = request.path_params["run"]
    return run


def _acting(
    action: str, handler: Handler, summary: str, body: type[Body] | None = None
) -> Endpoint:
    """One of the things that are done to a run, and go on after the answer."""
    path = f"/runs/{{run}}/{action}"
    return Endpoint(
        "POST", path, handler, summary, Accepted, role="operator", body=body, statuses=(202,)
    )


ENDPOINTS = [
    Endpoint(
        "POST",
        "/runs/each",
        each_run,
        "Do one thing to all runs that match.",
        EachDone,
        role="operator",
        body=EachBody,
    ),
    _acting("cancel", cancel_run, "Ask a run to stop.", CancelBody),
    _acting("pause", pause_run, "Let a run begin nothing new."),
    _acting("resume", resume_run, "Let a paused run go on."),
    _acting("retry", retry_run, "Let a run that failed go on."),
    Endpoint(
        "POST",
        "/runs/{run}/fork",
        fork_run,
        "Start a run that takes over what another did before a step.",
        Started,
        role="operator",
        body=ForkBody,
        statuses=(202,),
        headers={"Location": "the new run"},
    ),
    Endpoint(
        "POST",
        "/runs/{run}/move",
        move_run,
        "Let a run that waits go on with its workflow as it is now.",
        Moved,
        role="operator",
        body=MoveBody,
    ),
]
