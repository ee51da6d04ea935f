"""Who may knock: Host and Origin are checked first, then the bearer token.

Host and Origin keep a browser page on another site from reaching a daemon on loopback (DNS
rebinding); the token keeps other users of the machine out.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from interlock.api.problems import Forbidden, Problem, Unauthorized
from interlock.sdk import InterlockError

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})
_OPEN_PATHS = ("/health", "/hooks/")


@dataclass(frozen=True)
class Guard:
    """What the daemon accepts.

    Attributes:
        token: the bearer token; compared in constant time.
        hosts: names under which the daemon is addressed, without ports.
    """

    token: str = field(repr=False)
    hosts: Collection[str] = _LOOPBACK

    def check(self, path: str, headers: Headers) -> None:
        """Raises Forbidden or Unauthorized."""
        if _host_of(headers.get("host", "")) not in self.hosts:
            raise Forbidden("this host name is not one of the daemon's")
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).hostname not in self.hosts:
            raise Forbidden("requests from pages of other sites are refused")
        if path.startswith(_OPEN_PATHS):
            return
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(
            token.strip().encode(), self.token.encode()
        ):
            raise Unauthorized(
                "a bearer token is required",
                hint="the daemon wrote it to daemon.json in its state directory",
            )


class GuardMiddleware:
    """Runs the guard before anything reads the request's body."""

    def __init__(self, app: ASGIApp, guard: Guard, max_body: int) -> None:
        self._app = app
        self._guard = guard
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            self._guard.check(request.url.path, request.headers)
            self._check_size(request.headers)
        except InterlockError as error:
            status = 413 if isinstance(error, TooLarge) else None
            await Problem(error, status)(scope, receive, send)
            return
        await self._app(scope, _bounded(receive, self._max_body), send)

    def _check_size(self, headers: Headers) -> None:
        declared = headers.get("content-length", "0")
        if not declared.isdigit() or int(declared) > self._max_body:
            raise TooLarge(f"a request body may have {self._max_body} bytes at most")


class TooLarge(InterlockError):
    """The body is over the limit."""

    code = "too-large"


def _bounded(receive: Receive, limit: int) -> Receive:
    """Holds bodies without a declared length to the limit as well."""
    seen = 0

    async def bounded_receive() -> dict[str, object]:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise TooLarge(f"a request body may have {limit} bytes at most")
        return dict(message)

    return bounded_receive


def _host_of(header: str) -> str:
    if header.startswith("["):
        return header.partition("]")[0] + "]"
    return header.partition(":")[0].lower()
