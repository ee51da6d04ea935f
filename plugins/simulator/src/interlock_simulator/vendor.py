"""What the server needs from a simulated vendor, and what vendors have in common."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import orjson
from aiohttp import web
from aiohttp.typedefs import Middleware

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# The one credential that every vendor refuses.
BAD_CREDENTIAL = "invalid"


class Vendor(Protocol):
    """One vendor's URL space below ``/{name}``, with its ways of saying no."""

    name: str

    def application(self) -> web.Application: ...

    def reset(self) -> None:
        """Forget every write."""
        ...

    def throttled(self, path: str, retry_after: float | None) -> web.Response:
        """429 to a request of ``path``, in the vendor's words; ``retry_after`` in seconds."""
        ...

    def failed(self, path: str, status: int) -> web.Response:
        """A 5xx to a request of ``path``, in the vendor's words."""
        ...


class Refused(Exception):
    """Ends a request with this answer."""

    def __init__(self, response: web.Response) -> None:
        super().__init__(response.status)
        self.response = response


def reply(
    body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """``body`` as a JSON response."""
    return web.Response(
        body=orjson.dumps(body), status=status, headers=headers, content_type="application/json"
    )


def retry_after_header(seconds: float | None) -> dict[str, str]:
    """``Retry-After`` in whole seconds, as the vendors send it; empty for None."""
    return {} if seconds is None else {"Retry-After": f"{-(-seconds // 1):.0f}"}


def refusing(
    no_such_path: Callable[[web.Request], web.Response],
) -> Middleware:
    """Middleware that turns ``Refused`` and unknown paths into the vendor's answers."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refused as refused:
            return refused.response
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
            return no_such_path(request)

    return middleware
