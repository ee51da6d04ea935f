"""Every error leaves as ``application/problem+json`` (RFC 9457)."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from interlock.api.refusals import TooLarge, TooManyRequests, TooSlow, Unauthorized, WrongHost
from interlock.config import ConfigError
from interlock.journal import JournalError, JournalFull
from interlock.runtime import Forbidden
from interlock.sdk import (
    BudgetSpent,
    Conflict,
    DeadlineExceeded,
    InterlockError,
    Interrupted,
    InvalidInput,
    NeedsAttention,
    NotFound,
    Overloaded,
    RateLimited,
    Refusal,
    Rejected,
    Retryable,
    Throttled,
)
from interlock.workflows.errors import MayNotDecide

_log = logging.getLogger(__name__)

# The first class that fits decides, so the narrow ones stand before the wide ones.
_STATUS: tuple[tuple[type[InterlockError], int], ...] = (
    (Unauthorized, 401),
    (Forbidden, 403),
    (TooSlow, 408),
    (TooLarge, 413),
    (WrongHost, 421),
    (TooManyRequests, 429),
    (InvalidInput, 422),
    (ConfigError, 422),
    (NotFound, 404),
    (Conflict, 409),
    (MayNotDecide, 403),
    (Rejected, 400),
    (Throttled, 429),
    (RateLimited, 429),
    (BudgetSpent, 429),
    (Overloaded, 503),
    (DeadlineExceeded, 504),
    (Refusal, 503),
    (Interrupted, 503),
    (NeedsAttention, 502),
    (Retryable, 502),
    (JournalFull, 507),
    (JournalError, 503),
)


class Json(Response):
    """A JSON response, written by orjson."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content, default=str, option=orjson.OPT_NON_STR_KEYS)


class Problem(Json):
    """An error as a response; ``type`` is a URN made of the error's code."""

    media_type = "application/problem+json"

    def __init__(
        self,
        error: InterlockError,
        status: int | None = None,
        *,
        challenge: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        body = problem_of(error, status)
        headers = dict(headers or {})
        if (wait := body.get("retry_after")) is not None:
            headers["Retry-After"] = str(max(0, math.ceil(wait)))
        if challenge and body["status"] in (401, 403):
            headers["WWW-Authenticate"] = challenge
        super().__init__(body, status_code=body["status"], headers=headers)


def problem_of(error: InterlockError, status: int | None = None) -> dict[str, Any]:
    """RFC 9457: the error's own problem, and type, title and status."""
    status = status or status_of(error)
    head = {"type": f"urn:interlock:{error.code}", "title": error.message, "status": status}
    return head | error.to_problem()


def status_of(error: InterlockError) -> int:
    """The HTTP status that says best what ``error`` says."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


async def on_interlock_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, InterlockError)  # noqa: S101 - registered for this type alone
    return Problem(error, challenge=request.app.state.guard.challenge(error))


async def on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type alone
    return Problem(InterlockError(error.detail), error.status_code, headers=error.headers)


async def on_any_error(request: Request, error: Exception) -> Response:
    """The caller learns that it failed, the log learns why."""
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return Problem(InterlockError("internal error", hint="see the daemon's log"), 500)
