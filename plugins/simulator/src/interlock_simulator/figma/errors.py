"""Figma's two shapes of an error body, and its answers to trouble of the vendor itself.

Files, images and comments say ``{status, err}``; library, variables and the rest say
``{error, status, message}`` (ErrorResponsePayloadWithErrMessage and ...WithErrorBoolean of
the package @figma/rest-api-spec).
"""

from __future__ import annotations

from aiohttp import web

from interlock_simulator.vendor import Refused, reply, retry_after_header

_LIBRARY = frozenset({"components", "component_sets", "styles", "variables", "webhooks"})


def error(path: str, status: int, said: str) -> web.Response:
    """The body in the shape that the endpoint of ``path`` uses."""
    if _LIBRARY.isdisjoint(path.split("/")):
        return reply({"status": status, "err": said}, status=status)
    return reply({"error": True, "status": status, "message": said}, status=status)


def refused(request: web.Request, status: int, said: str) -> Refused:
    return Refused(error(request.path, status, said))


def throttled(retry_after: float | None) -> web.Response:
    """429 with the headers of https://developers.figma.com/docs/rest-api/rate-limits/."""
    response = reply({"status": 429, "err": "Rate limit exceeded"}, status=429)
    response.headers.update(retry_after_header(retry_after))
    response.headers["X-Figma-Plan-Tier"] = "starter"
    response.headers["X-Figma-Rate-Limit-Type"] = "low"
    response.headers["X-Figma-Upgrade-Link"] = "https://www.figma.com/pricing"
    return response


def failed(status: int) -> web.Response:
    return reply({"status": status, "err": "Internal server error"}, status=status)
