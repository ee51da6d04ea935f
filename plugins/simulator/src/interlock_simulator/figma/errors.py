"""Figma's two shapes of an error body.

Most endpoints say ``{status, err}``. Those for variables and dev resources say ``{error, status,
message}``, and so do the library's lists for 404 and webhooks for 400 and 404 (the responses of the
package @figma/rest-api-spec).
"""

from __future__ import annotations

from aiohttp import web

from interlock_simulator.vendor import Refused, reply, retry_after_header

_LIBRARY = frozenset({"components", "component_sets", "styles"})
_BOOLEAN = frozenset({"variables", "dev_resources"})


def error(path: str, status: int, said: str) -> web.Response:
    """The body in the shape that the endpoint of ``path`` uses for this status."""
    parts = set(path.split("/"))
    always = parts & _BOOLEAN or (status == 404 and parts & _LIBRARY)
    if always or (status in (400, 404) and "webhooks" in parts):
        return reply({"error": True, "status": status, "message": said}, status=status)
    return reply({"status": status, "err": said}, status=status)


def refused(request: web.Request, status: int, said: str) -> Refused:
    return Refused(error(request.path, status, said))


def throttled(path: str, retry_after: float | None) -> web.Response:
    """429 with the headers of https://developers.figma.com/docs/rest-api/rate-limits/."""
    response = error(path, 429, "Rate limit exceeded")
    response.headers.update(retry_after_header(retry_after))
    response.headers["X-Figma-Plan-Tier"] = "starter"
    response.headers["X-Figma-Rate-Limit-Type"] = "low"
    response.headers["X-Figma-Upgrade-Link"] = "https://www.figma.com/pricing"
    return response


def failed(path: str, status: int) -> web.Response:
    return error(path, status, "Internal server error")
