"""The dashboard as an application in front of the API: its pages, and the sessions they use it by.

A request with a session's cookie goes on to the API as if it carried the session's token, so the
guard there remains the only one who decides. A cookie is sent by the browser whoever asks for it;
hence it counts only for requests of our own pages.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlsplit

import anyio
import orjson
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from interlock.dashboard.sessions import LASTS, Sessions
from interlock.dashboard.static_files import SECURITY, StaticFiles
from interlock.runtime import Caller, Runtime
from interlock.runtime.auditing import record
from interlock.sdk import InterlockError

Admit = Callable[[str, Headers, str], Awaitable[Caller]]

_SESSION = "/ui/session"
_STATUS = {"forbidden": 403, "unauthorized": 401, "too-many-requests": 429}
_NOBODY = Caller("anybody")
_MOST_BYTES = 16_384
_BODY_WITHIN = 10.0  # seconds


class Dashboard:
    """The daemon's whole surface: its pages, and ``app`` for everything else.

    Args:
        admit: says who asks, or raises why not; given a path, headers and an address.
    """

    def __init__(self, app: ASGIApp, admit: Admit, runtime: Runtime) -> None:
        self._app = app
        self._admit = admit
        self._runtime = runtime
        self._sessions = Sessions(runtime.world)
        self._files = StaticFiles()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_ours(scope["path"]):
            await self._pass_on(scope, receive, send)
            return
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        if path == _SESSION:
            return await self._session(request)
        if request.method not in ("GET", "HEAD"):
            return _problem(405, "error", f"{request.method} is not possible here")
        if not path.startswith("/ui/"):
            return RedirectResponse("/ui/", headers=SECURITY)
        return self._files.answer(request, path.removeprefix("/ui/"))

    async def _session(self, request: Request) -> Response:
        """POST opens one with a token, GET says whose it is, DELETE ends it."""
        if not _is_from_our_page(request):
            return _problem(403, "forbidden", "only the dashboard's own pages may do this")
        try:
            if request.method == "POST":
                return await self._open(request)
            if request.method == "DELETE":
                return await self._close(request)
            return _told(await self._caller(request, self._token(request) or ""))
        except InterlockError as error:
            return _refused(error)

    async def _open(self, request: Request) -> Response:
        """Wrong tokens are answered, and slowed down, by the API's guard."""
        token = await _token_sent(request)
        if token is None:
            return _problem(400, "bad-request", 'send {"token": "…"}')
        try:
            caller = await self._caller(request, token)
        except InterlockError as error:
            if error.code == "unauthorized":
                self._noted(request, _NOBODY, "session.open", error.code)
            raise
        self._noted(request, caller, "session.open")
        response = _told(caller)
        response.set_cookie(
            _cookie(request),
            self._sessions.open(token),
            max_age=int(LASTS),
            httponly=True,
            samesite="strict",
            secure=request.headers.get("origin", "").startswith("https:"),
        )
        return response

    async def _close(self, request: Request) -> Response:
        if (token := self._token(request)) is not None:
            with suppress(InterlockError):  # the token may be over, or have had its share
                self._noted(request, await self._caller(request, token), "session.close")
        self._sessions.close(request.cookies.get(_cookie(request), ""))
        response = Response(status_code=204, headers=SECURITY)
        response.delete_cookie(_cookie(request), httponly=True, samesite="strict")
        return response

    def _noted(self, request: Request, caller: Caller, action: str, outcome: str = "ok") -> None:
        """In the audit log: who came or went, and from where."""
        record(self._runtime, replace(caller, surface="http"), action, _address(request), outcome)

    async def _caller(self, request: Request, token: str) -> Caller:
        headers = request.headers.mutablecopy()
        headers["authorization"] = f"Bearer {token}"
        return await self._admit(_SESSION, Headers(raw=headers.raw), _address(request))

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            token = None if "authorization" in request.headers else self._token(request)
            if token is not None:
                if not _is_from_our_page(request):
                    refusal = _problem(403, "forbidden", "a session is for the dashboard's pages")
                    await refusal(scope, receive, send)
                    return
                named = (b"authorization", f"Bearer {token}".encode())
                scope = {**scope, "headers": [*scope["headers"], named]}
        await self._app(scope, receive, send)

    def _token(self, request: Request) -> str | None:
        name = request.cookies.get(_cookie(request))
        return self._sessions.token(name) if name else None


def _is_ours(path: str) -> bool:
    return path in ("/", "/ui") or path.startswith("/ui/")


def _is_from_our_page(request: Request) -> bool:
    """Whether the browser says so; a server on another port of this host is somebody else."""
    origin = request.headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()
    site = request.headers.get("sec-fetch-site")
    if request.method in ("GET", "HEAD"):
        return site in (None, "none", "same-origin")
    return site == "same-origin"


def _cookie(request: Request) -> str:
    """Cookies of all ports of a host are in one jar; two daemons must not end each other's."""
    return f"interlock_{urlsplit('//' + request.headers.get('host', '')).netloc.rpartition(':')[2]}"


async def _token_sent(request: Request) -> str | None:
    content = b""
    with anyio.move_on_after(_BODY_WITHIN):
        async for chunk in request.stream():
            content += chunk
            if len(content) > _MOST_BYTES:
                return None
    try:
        token = orjson.loads(content)["token"]
    except (ValueError, TypeError, KeyError):
        return None
    return token.strip() if isinstance(token, str) and token.isascii() else None


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _told(caller: Caller) -> Response:
    return _json({"name": caller.name, "role": caller.role})


def _refused(error: InterlockError) -> Response:
    return _json(dict(error.to_problem()), _STATUS.get(error.code, 503))


def _problem(status: int, code: str, message: str) -> Response:
    response = _json({"status": status, "code": code, "message": message}, status)
    if status == 405:
        response.headers["Allow"] = "GET, HEAD"
    return response


def _json(content: dict[str, object], status: int = 200) -> Response:
    headers = {**SECURITY, "Cache-Control": "no-store"}
    return Response(orjson.dumps(content), status, headers, "application/json")
