"""From a request to its handler: method, types, role, query and idempotency key, in this order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Receive, Scope, Send

from interlock.api.endpoint import Endpoint, Query
from interlock.api.idempotency import answer_once
from interlock.api.packing import is_long, pack
from interlock.api.requests import headers_of, runtime_of
from interlock.runtime import Forbidden, current_caller
from interlock.runtime.auditing import record
from interlock.sdk.validation import invalid_input


class Places(BaseRoute):
    """Every path of these endpoints as one route, which tries only those of the same noun."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        by_path: dict[str, list[Endpoint]] = defaultdict(list)
        for endpoint in endpoints:
            by_path[endpoint.path].append(endpoint)
        paths = sorted(by_path, key=_precedence)
        self._routes: dict[str, list[Route]] = defaultdict(list)
        for path in paths:
            self._routes[_noun(path)].append(Route(path, endpoint=_Place(by_path[path])))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        for route in self._routes.get(_noun(scope["path"]), ()):
            match, found = route.matches(scope)
            if match is not Match.NONE:
                return match, found
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope["endpoint"](scope, receive, send)


def _precedence(path: str) -> tuple[bool, int, list[bool]]:
    """Words go before parameters, wherever they were declared; what takes slashes goes last.

    Otherwise the longest are tried first, because they are asked for most: a tool to be called.
    """
    parts = path.split("/")
    return ":path}" in path, -len(parts), [part[:1] == "{" for part in parts]


def _noun(path: str) -> str:
    """``tools`` of ``/api/v1/tools/{tool}``, ``health`` of ``/health/live``."""
    parts = path.split("/", 4)
    return (
        parts[3] if path.startswith("/api/") and len(parts) > 3 else parts[min(1, len(parts) - 1)]
    )


class _Place:
    """All methods of one path, as an ASGI application."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self._methods: dict[str, Endpoint] = {each.method: each for each in endpoints}
        known = {"HEAD", *self._methods} if "GET" in self._methods else set(self._methods)
        self._allow = {"Allow": ", ".join(sorted(known))}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        method = "GET" if request.method == "HEAD" else request.method
        endpoint = self._methods.get(method)
        if endpoint is None:
            raise HTTPException(405, f"{request.method} is not possible here", headers=self._allow)
        response = await _handled(request, endpoint)
        if is_long(response):
            await pack(response, headers_of(request).get("accept-encoding", ""))
        await response(scope, receive, send)


async def _handled(request: Request, endpoint: Endpoint) -> Response:
    _check_role(request, endpoint)
    _check_types(request, endpoint)
    request.state.query = _query(request, endpoint)
    if endpoint.acts and "idempotency-key" in headers_of(request):
        return await answer_once(request, endpoint)
    return await endpoint.handler(request)


def _check_role(request: Request, endpoint: Endpoint) -> None:
    if endpoint.role is None:
        return
    caller = current_caller()
    try:
        caller.require(endpoint.role)
    except Forbidden as error:
        record(runtime_of(request), caller, endpoint.name, request.url.path, error.code)
        raise


def _check_types(request: Request, endpoint: Endpoint) -> None:
    headers = headers_of(request)
    sent = headers.get("content-type", "")
    if not endpoint.raw and not _is_json(sent) and _has_body(headers):
        raise HTTPException(415, f"the body must be application/json, not {sent[:100]}")
    accept = headers.get("accept", "")
    kinds = (endpoint.media, *endpoint.also)
    if not any(_takes(accept, kind) for kind in kinds):
        raise HTTPException(406, f"the answer is {' or '.join(kinds)}")


def _has_body(headers: Mapping[str, str]) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


@lru_cache(maxsize=256)
def _is_json(sent: str) -> bool:
    """Whether a body of this type is taken; one of no type is."""
    media = sent.partition(";")[0].strip().lower()
    return media in ("", "application/json") or (
        media.startswith("application/") and media.endswith("+json")
    )


@lru_cache(maxsize=256)
def _takes(accept: str, media: str) -> bool:
    fitting = ("*/*", media, f"{media.partition('/')[0]}/*")
    wanted = (accept or "*/*").split(",")
    return any(each.partition(";")[0].strip().lower() in fitting for each in wanted)


def _query(request: Request, endpoint: Endpoint) -> Query:
    """Raises InvalidInput for a parameter that is not declared, or has no sense."""
    prefix = endpoint.open_query
    try:
        if not request.scope["query_string"]:
            return _unasked(endpoint.query)
        asked = request.query_params.items()
        given = {key: value for key, value in asked if prefix is None or not key.startswith(prefix)}
        return endpoint.query.model_validate(given)
    except ValidationError as error:
        raise invalid_input("the query", error) from None


@lru_cache(maxsize=256)
def _unasked(model: type[Query]) -> Query:
    """What a request without a query asks."""
    return model.model_validate({})
