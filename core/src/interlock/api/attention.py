"""What waits for a person: approvals and dead letters, over HTTP."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from interlock.api.problems import Json
from interlock.api.requests import Body, query_int, read_body, runtime_of


class DecideBody(Body):
    """``POST /api/v1/approvals/{approval}/decide``."""

    choice: str
    values: dict[str, Any] = Field(default_factory=dict, description="what the form asks for")
    by: str = Field("", max_length=200)
    comment: str = Field("", max_length=10_000)


async def list_approvals(request: Request) -> Response:
    query = request.query_params
    items = await runtime_of(request).approvals(
        open_only=query.get("all") not in ("1", "true"),
        run=query.get("run"),
        limit=query_int(request, "limit", 50, most=1000),
    )
    return Json({"items": items})


async def show_approval(request: Request) -> Response:
    return Json(await runtime_of(request).approval(request.path_params["approval"]))


async def decide(request: Request) -> Response:
    body = await read_body(request, DecideBody)
    decided = await runtime_of(request).decide(
        request.path_params["approval"],
        body.choice,
        values=body.values,
        by=body.by,
        comment=body.comment,
    )
    return Json(decided)


async def list_dead_letters(request: Request) -> Response:
    limit = query_int(request, "limit", 50, most=1000)
    return Json({"items": await runtime_of(request).dead_letters(limit=limit)})


async def show_dead_letter(request: Request) -> Response:
    return Json(await runtime_of(request).dead_letter(request.path_params["letter"]))


async def replay_dead_letter(request: Request) -> Response:
    await runtime_of(request).replay(request.path_params["letter"])
    return Json({"replayed": True}, status_code=202)


async def discard_dead_letter(request: Request) -> Response:
    await runtime_of(request).discard(request.path_params["letter"])
    return Json({"discarded": True})


ROUTES = [
    Route("/approvals", list_approvals),
    Route("/approvals/{approval}", show_approval),
    Route("/approvals/{approval}/decide", decide, methods=["POST"]),
    Route("/dead-letters", list_dead_letters),
    Route("/dead-letters/{letter}", show_dead_letter),
    Route("/dead-letters/{letter}", discard_dead_letter, methods=["DELETE"]),
    Route("/dead-letters/{letter}/replay", replay_dead_letter, methods=["POST"]),
]
