"""The whole HTTP surface in one list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from interlock.api import (
    attention,
    audit,
    blobs,
    control,
    events,
    overview,
    runs,
    schedules,
    state,
    tools,
)
from interlock.api.answers import Anything
from interlock.api.auth import Guard, GuardMiddleware
from interlock.api.auth.guard import METADATA
from interlock.api.dispatch import Places
from interlock.api.endpoint import Endpoint
from interlock.api.openapi import describe
from interlock.api.problems import Json, on_any_error, on_http_exception, on_interlock_error
from interlock.runtime import Runtime
from interlock.sdk import InterlockError, NotFound

PREFIX = "/api/v1"


def build_app(
    runtime: Runtime,
    guard: Guard,
    *,
    endpoints: Mapping[str, ASGIApp] | None = None,
    max_body: int = 16 * 2**20,
    read_timeout: float = 30.0,
) -> Starlette:
    """An ASGI application that turns requests into runtime operations.

    Args:
        endpoints: further applications by path, behind the same guard.
        max_body: bytes that a request may carry; more is answered 413.
        read_timeout: seconds that a request's body may take to arrive; then it is answered 408.
    """
    app = Starlette(
        routes=[
            # First, because routes are tried in this order, and nothing else has these paths.
            *(Route(path, endpoint=endpoint) for path, endpoint in (endpoints or {}).items()),
            Places(declared()),
        ],
        middleware=[Middleware(GuardMiddleware, guard, max_body, read_timeout)],
        exception_handlers={
            InterlockError: on_interlock_error,
            HTTPException: on_http_exception,
            Exception: on_any_error,
        },
    )
    app.router.redirect_slashes = False
    app.state.runtime = runtime
    app.state.guard = guard
    app.state.working = set()
    return app


def declared() -> Sequence[Endpoint]:
    """Every endpoint of the API, of the webhooks and beside them."""
    modules = (tools, runs, control, attention, schedules, events, state, overview, audit, blobs)
    return [
        *(each.under(PREFIX) for module in modules for each in module.ENDPOINTS),
        _DESCRIPTION,
        *events.HOOKS,
        *state.HEALTH,
        *_METADATA,
    ]


async def show_openapi(request: Request) -> Response:
    return Json(_described(request.app))


def _described(app: Starlette) -> dict[str, Any]:
    """Made once, when somebody asks."""
    if not hasattr(app.state, "description"):
        app.state.description = describe(declared())
    description: dict[str, Any] = app.state.description
    return description


_DESCRIPTION = Endpoint(
    "GET", f"{PREFIX}/openapi.json", show_openapi, "Describe this API.", Anything
)


async def show_protected_resource(request: Request) -> Response:
    """Where a client without a token learns whom to ask for one (RFC 9728)."""
    oauth = request.app.state.guard.oauth
    if oauth is None:
        raise NotFound("no authorization server is configured", hint="see api.oauth")
    return Json(oauth.metadata())


_METADATA = [
    Endpoint(
        "GET",
        path,
        show_protected_resource,
        "Tell who issues access tokens.",
        Anything,
        role=None,
        named=name,
    )
    for path, name in (
        (METADATA, "show_protected_resource"),
        (f"{METADATA}/mcp", "show_protected_mcp"),
    )
]
