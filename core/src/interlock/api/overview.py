"""How everything stands, and what changes, over HTTP."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from interlock.api.answers import Anything, Items
from interlock.api.endpoint import EVENTS, Endpoint, Query
from interlock.api.problems import Json
from interlock.api.requests import runtime_of
from interlock.api.streams import EventStream

Level = Literal["debug", "info", "warning", "error"]


class Minute(BaseModel):
    """Runs that were started in a minute, and how many of them failed."""

    at: float
    started: int
    failed: int


class Needs(BaseModel):
    """How much there is for people to do."""

    approvals: int
    dead_letters: int
    alerts: int
    services: int


class Summary(BaseModel):
    at: float
    runs: dict[str, int] = Field(
        description="by status: those that are not over, and those of these minutes that are"
    )
    minutes: list[Minute]
    needs: Needs
    fault: str | None = Field(description="why nothing can be recorded")


class SummaryQuery(Query):
    minutes: int = Field(60, ge=1, le=1440)


class LogQuery(Query):
    level: Level = Field("debug", description="the least severe")
    text: str = Field("", max_length=200, description="in the message or the logger's name")


class FollowQuery(LogQuery):
    after: int | None = Field(None, ge=0, le=2**53, description="number of the last line known")


class LinesQuery(LogQuery):
    limit: int = Field(200, ge=1, le=1000)


class Line(BaseModel):
    """A line of the log; ``run`` and ``trace`` if it was written on behalf of one."""

    number: int
    at: float
    level: str
    logger: str
    message: str
    run: str | None = None
    trace: str | None = None
    exception: str | None = None


async def show_summary(request: Request) -> Response:
    query: SummaryQuery = request.state.query
    return Json(await runtime_of(request).summary(minutes=query.minutes))


async def watch_changes(request: Request) -> Response:
    """Whoever is told reads again what he shows."""
    return EventStream(runtime_of(request).changes())


async def show_actors(request: Request) -> Response:
    return Json(runtime_of(request).actors())


async def list_log(request: Request) -> Response:
    query: LinesQuery = request.state.query
    lines: list[dict[str, Any]] = runtime_of(request).log_lines(**query.model_dump())
    return Json({"items": lines})


async def watch_log(request: Request) -> Response:
    query: FollowQuery = request.state.query
    return EventStream(runtime_of(request).follow_log(**query.model_dump()))


ENDPOINTS = [
    Endpoint(
        "GET",
        "/summary",
        show_summary,
        "Tell how much runs, failed, and waits for people.",
        Summary,
        query=SummaryQuery,
    ),
    Endpoint(
        "GET",
        "/watch",
        watch_changes,
        "Be told, at most once a second, what has changed.",
        None,
        media=EVENTS,
    ),
    Endpoint("GET", "/actors", show_actors, "Show the tree of actors.", Anything),
    Endpoint(
        "GET",
        "/log",
        list_log,
        "List the newest lines of the log.",
        Items[Line],
        role="operator",
        query=LinesQuery,
    ),
    Endpoint(
        "GET",
        "/log/watch",
        watch_log,
        "Follow the log.",
        None,
        role="operator",
        query=FollowQuery,
        media=EVENTS,
    ),
]
