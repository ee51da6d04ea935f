"""From a request to its handler: method, types, role, query and idempotency key, in this order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from interlock.api.endpoint import Endpoint, Query
from interlock.api.idempotency import answer_once
from interlock.api.requests import runtime_of
from interlock.runtime import Forbidden, current_caller
from interlock.runtime.auditing import record
from interlock.sdk.schema import invalid_input


def routes(endpoints: Iterable[Endpoint]) -> list[BaseRoute]:
    """One route for each path; words go before parameters, wherever they were declared."""
    by_path: dict[str, list[Endpoint]] = {}
    for endpoint in endpoints:
        by_path.setdefault(endpoint.path, []).append(endpoint)
    paths = sorted(by_path, key=lambda path: [part[:1] == "{" for part in path.split("/")])
    return [Route(path, endpoint=_Place(by_path[path])) for path in paths]


class _Place:
    """All methods of one path, as an ASGI application."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        self._methods = {endpoint.method: endpoint for endpoint in endpoints}
        known = {"HEAD", *self._methods} if "GET" in self._methods else set(self._methods)
        self._allow = {"Allow": ", ".join(sorted(known))}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        method = "GET" if request.method == "HEAD" else request.method
        endpoint = next((each for name, each in self._methods.items() if name == method), None)
        if endpoint is None:
            raise HTTPException(405, f"{request.method} is not possible here", headers=self._allow)
        response = await _handled(request, endpoint)
        await response(scope, receive, send)


async def _handled(request: Request, endpoint: Endpoint) -> Response:
    _check_role(request, endpoint)
    _check_types(request, endpoint)
    request.state.query = _query(request, endpoint)
    if endpoint.acts and "idempotency-key" in request.headers:
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
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not endpoint.raw and sent and not _is_json(sent) and _has_body(request):
        raise HTTPException(415, f"the body must be application/json, not {sent[:100]}")
    accept = request.headers.get("accept", "*/*") or "*/*"
    if not any(_takes(each, endpoint.media) for each in accept.split(",")):
        raise HTTPException(406, f"the answer is {endpoint.media}")


def _has_body(request: Request) -> bool:
    return (
        request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    )


def _is_json(media: str) -> bool:
    return media == "application/json" or (
        media.startswith("application/") and media.endswith("+json")
    )


def _takes(wanted: str, media: str) -> bool:
    wanted = wanted.partition(";")[0].strip().lower()
    return wanted in ("*/*", media, f"{media.partition('/')[0]}/*")


def _query(request: Request, endpoint: Endpoint) -> Query:
    """Raises InvalidInput for a parameter that is not declared, or has no sense."""
    prefix = endpoint.open_query
    given = {
        key: value
        for key, value in request.query_params.items()
        if prefix is None or not key.startswith(prefix)
    }
    try:
        return endpoint.query.model_validate(given)
    except ValidationError as error:
        raise invalid_input("the query", error) from None
