"""``Idempotency-Key``: a repeated request gets the recorded answer, and nothing is done again.

Only an answer that would not change is recorded. If the daemon ends between the deed and its
record, the deed is asked for again under the same key, which tools, starts and events recognise.
"""

from __future__ import annotations

import hashlib

import orjson
from starlette.requests import Request
from starlette.responses import Response

from interlock.api.endpoint import Endpoint
from interlock.api.problems import Problem
from interlock.api.requests import runtime_of
from interlock.journal import Answer
from interlock.runtime import current_caller
from interlock.sdk import Conflict, InterlockError, InvalidInput

KEEP = 86400.0  # seconds
HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"

_EFFECT = "interlock.effect"  # where it stands in a request's scope
_LONGEST = 200
_MAY_CHANGE = frozenset({401, 403, 404, 408, 409, 429})
_KEPT_HEADERS = ("content-type", "location")


async def answer_once(request: Request, endpoint: Endpoint) -> Response:
    """The handler's answer, or the one recorded under the request's key.

    Raises:
        InvalidInput: the key is no key, or was used for another request.
        Conflict: the first request with this key is still being worked on.
    """
    key = _key(request)
    asked = await _digest(request)
    runtime = runtime_of(request)
    recorded = await runtime.journal.answers.get(key, runtime.world.time())
    if recorded is not None:
        return _replayed(recorded, asked)
    working: set[str] = request.app.state.working
    if key in working:
        raise Conflict("a request with this idempotency key is being worked on", retry_after=1.0)
    working.add(key)
    try:
        request.scope[_EFFECT] = key
        try:
            response = await endpoint.handler(request)
        except InterlockError as error:
            response = Problem(error)
        if response.status_code < 500 and response.status_code not in _MAY_CHANGE:
            now = runtime.world.time()
            await runtime.journal.answers.put(key, _recorded(response, asked), now, now + KEEP)
        return response
    finally:
        working.discard(key)


def effect_of(request: Request) -> str | None:
    """What marks the effect of a request with a key: the same for each repetition."""
    effect: str | None = request.scope.get(_EFFECT)
    return effect


def _key(request: Request) -> str:
    key = request.headers[HEADER].strip()
    if not 0 < len(key) <= _LONGEST or not key.isprintable():
        raise InvalidInput(
            f"{HEADER} must be a text of 1 to {_LONGEST} characters", path="$.idempotency-key"
        )
    # A key is its caller's own: nobody reads an answer that was given to somebody else.
    return hashlib.sha256(f"{current_caller().name}\n{key}".encode()).hexdigest()


async def _digest(request: Request) -> str:
    asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return hashlib.sha256(asked + await request.body()).hexdigest()


def _recorded(response: Response, asked: str) -> Answer:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    content = bytes(response.body).decode()
    return Answer(asked, response.status_code, orjson.dumps([headers, content]))


def _replayed(answer: Answer, asked: str) -> Response:
    if answer.request != asked:
        raise InvalidInput(
            "this idempotency key was used for another request",
            hint="a new request needs a new key",
            path="$.idempotency-key",
        )
    headers: dict[str, str]
    headers, content = orjson.loads(answer.body)
    return Response(content, answer.status, headers | {REPLAYED: "true"})
