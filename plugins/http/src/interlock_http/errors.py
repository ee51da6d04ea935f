"""Failed responses as errors, in the API's own words where it has any."""

from __future__ import annotations

import httpx
import orjson

from interlock.sdk import NeedsAttention, Rejected, ServiceError, Throttled, error_from_response
from interlock_http.answers import media_type_of, text_of
from interlock_http.jmespaths import look_up
from interlock_http.rate_limits import pause, rate_limit

MESSAGE = (
    "error.message || message || error_description || error.detail || detail || errors[0].message"
    " || errors[0].detail || title || err || error"
)
"""JMESPath to where most APIs put the message of an error."""

_LONGEST_MESSAGE = 300
_FORBIDDEN = 403


def read_error(
    response: httpx.Response, *, now: float, service: str, message_path: str = MESSAGE
) -> ServiceError:
    """The error for a status of 400 and above, in the API's own words where it has any."""
    said = _said(response, message_path)
    request, limit = response.request, rate_limit(response.headers, now)
    place = f"{service}: {request.method} {request.url.path} was answered {response.status_code}"
    error = error_from_response(response, now=now, message=f"{place}: {said}" if said else place)
    if response.status_code == _FORBIDDEN and limit.get("remaining") == 0:
        # GitHub's way of saying 429.
        error = Throttled(error.message, status=_FORBIDDEN)
    if isinstance(error, Throttled):
        error.retry_after = pause(response.headers, now)
    if isinstance(error, NeedsAttention):
        error.hint = f"check the credentials of {service}, and what they allow"
    return error.with_details(rate_limit=limit) if limit else error


def _said(response: httpx.Response, path: str) -> str:
    """What the body gives as the reason: at ``path``, or all of it if it is a plain text."""
    media_type = media_type_of(response)
    if media_type == "text/plain":
        return text_of(response, response.content).strip()[:_LONGEST_MESSAGE]
    try:
        found = look_up(path, orjson.loads(response.content))
    except (orjson.JSONDecodeError, Rejected):
        return ""
    return found[:_LONGEST_MESSAGE] if isinstance(found, str) else ""
