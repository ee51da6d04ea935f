"""The whole HTTP surface in one list."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from interlock.api import attention, control, events, runs, state, tools
from interlock.api.auth import Guard, GuardMiddleware
from interlock.api.problems import on_any_error, on_http_exception, on_interlock_error
from interlock.runtime import Runtime
from interlock.sdk import InterlockError


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
            Mount(
                "/api/v1",
                routes=[
                    *tools.ROUTES,
                    *runs.ROUTES,
                    *control.ROUTES,
                    *attention.ROUTES,
                    *events.ROUTES,
                    *state.ROUTES,
                ],
            ),
            *events.HOOKS,
            *state.HEALTH,
            *(Route(path, endpoint=endpoint) for path, endpoint in (endpoints or {}).items()),
        ],
        middleware=[
            Middleware(GuardMiddleware, guard=guard, max_body=max_body, read_timeout=read_timeout)
        ],
        exception_handlers={
            InterlockError: on_interlock_error,
            HTTPException: on_http_exception,
            Exception: on_any_error,
        },
    )
    app.state.runtime = runtime
    return app
