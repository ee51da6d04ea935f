"""What waits for a person: approvals and dead letters, over HTTP."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from interlock.api.answers import Accepted, Approval, DeadLetter, Items
from interlock.api.endpoint import Endpoint, PlacePage
from interlock.api.pages import listing, page, place, place_of
from interlock.api.problems import Json
from interlock.api.requests import Body, read_body, runtime_of
from interlock.runtime import current_caller


class DecideBody(Body):
    """``POST /api/v1/approvals/{approval}/decide``."""

    choice: str
    values: dict[str, Any] = Field(default_factory=dict, description="what the form asks for")
    by: str = Field("", max_length=200)
    comment: str = Field("", max_length=10_000)


class ReplayBody(Body):
    """``POST /api/v1/dead-letters/{letter}/replay``."""

    payload: dict[str, Any] | None = Field(
        None, description="instead of an event's payload or a run's input; makes a new one"
    )


class Replayed(BaseModel):
    """What was made anew, if another payload was given."""

    replayed: bool
    event: str | None = None
    run_id: str | None = None


class ApprovalsQuery(PlacePage):
    all: bool = Field(False, description="also those that are decided")
    run: str | None = None


async def list_approvals(request: Request) -> Response:
    query: ApprovalsQuery = request.state.query
    items = await runtime_of(request).approvals(
        open_only=not query.all, run=query.run, limit=query.limit, after=place_of(query.cursor)
    )
    return page(request, items, place)


async def show_approval(request: Request) -> Response:
    return Json(await runtime_of(request).approval(request.path_params["approval"]))


async def decide(request: Request) -> Response:
    body = await read_body(request, DecideBody)
    decided = await runtime_of(request).decide(
        request.path_params["approval"],
        body.choice,
        values=body.values,
        by=_decider(body),
        comment=body.comment,
    )
    return Json(decided)


def _decider(body: DecideBody) -> str:
    """An admin may say for whom; everybody else decides in the own name."""
    caller = current_caller()
    return body.by if body.by and caller.role == "admin" else caller.name


async def list_dead_letters(request: Request) -> Response:
    query: PlacePage = request.state.query
    items = await runtime_of(request).dead_letters(limit=query.limit, after=place_of(query.cursor))
    return page(request, items, place)


async def show_dead_letter(request: Request) -> Response:
    return Json(await runtime_of(request).dead_letter(request.path_params["letter"]))


async def replay_dead_letter(request: Request) -> Response:
    body = await read_body(request, ReplayBody)
    made = await runtime_of(request).replay(request.path_params["letter"], payload=body.payload)
    return Json({"replayed": True, **made}, status_code=202)


async def discard_dead_letter(request: Request) -> Response:
    await runtime_of(request).discard(request.path_params["letter"])
    return Json({"discarded": True})


ENDPOINTS = [
    listing(
        "/approvals",
        list_approvals,
        "List what people are asked, the oldest question first.",
        Items[Approval],
        ApprovalsQuery,
    ),
    Endpoint("GET", "/approvals/{approval}", show_approval, "Show a question.", Approval),
    Endpoint(
        "POST",
        "/approvals/{approval}/decide",
        decide,
        "Answer a question; its run goes on.",
        Approval,
        role="operator",
        body=DecideBody,
    ),
    listing(
        "/dead-letters",
        list_dead_letters,
        "List what could not be handled, newest first.",
        Items[DeadLetter],
        PlacePage,
    ),
    Endpoint("GET", "/dead-letters/{letter}", show_dead_letter, "Show a dead letter.", DeadLetter),
    Endpoint(
        "DELETE",
        "/dead-letters/{letter}",
        discard_dead_letter,
        "Forget a dead letter.",
        Accepted,
        role="operator",
    ),
    Endpoint(
        "POST",
        "/dead-letters/{letter}/replay",
        replay_dead_letter,
        "Handle a dead letter after all.",
        Replayed,
        role="operator",
        body=ReplayBody,
        statuses=(202,),
    ),
]
