"""What the clock starts and where runs wait for their turn, over HTTP."""

from __future__ import annotations

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from interlock.api.answers import Items
from interlock.api.endpoint import Endpoint
from interlock.api.pages import listing, part
from interlock.api.problems import Json
from interlock.api.requests import runtime_of


class ScheduleAnswer(BaseModel):
    """A schedule and how it stands; moments are seconds since 1970, ``when`` is its rule."""

    name: str
    start: str
    when: str
    next: float | None
    last_run: str | None
    paused: bool
    overlap: str
    catch_up: str


class QueueAnswer(BaseModel):
    """A queue of runs; ``oldest`` is when the oldest run that waits was created."""

    name: str
    concurrency: int | None
    per_key: int | None
    rate: str | None
    waiting: int
    active: int
    oldest: float | None


class Paused(BaseModel):
    paused: bool


class Fired(BaseModel):
    run_id: str | None


async def list_schedules(request: Request) -> Response:
    return part(request, await runtime_of(request).list_schedules())


async def list_queues(request: Request) -> Response:
    return part(request, await runtime_of(request).queues())


async def pause_schedule(request: Request) -> Response:
    await runtime_of(request).pause_schedule(_name(request))
    return Json({"paused": True})


async def resume_schedule(request: Request) -> Response:
    await runtime_of(request).resume_schedule(_name(request))
    return Json({"paused": False})


async def fire_schedule(request: Request) -> Response:
    return Json({"run_id": await runtime_of(request).fire_schedule(_name(request))})


def _name(request: Request) -> str:
    name: str = request.path_params["schedule"]
    return name


ENDPOINTS = [
    listing("/queues", list_queues, "List where runs wait.", Items[QueueAnswer]),
    listing("/schedules", list_schedules, "List what the clock starts.", Items[ScheduleAnswer]),
    Endpoint(
        "POST",
        "/schedules/{schedule}/pause",
        pause_schedule,
        "Let a schedule start nothing.",
        Paused,
        role="operator",
    ),
    Endpoint(
        "POST",
        "/schedules/{schedule}/resume",
        resume_schedule,
        "Let a schedule start runs again.",
        Paused,
        role="operator",
    ),
    Endpoint(
        "POST",
        "/schedules/{schedule}/fire",
        fire_schedule,
        "Start a schedule's run now.",
        Fired,
        role="operator",
    ),
]
