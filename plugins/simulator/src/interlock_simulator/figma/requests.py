"""Reading the body of a request."""

from __future__ import annotations

from typing import Any

import orjson
from aiohttp import web

from interlock_simulator.figma import errors


async def read_body(request: web.Request) -> dict[str, Any]:
    """The JSON object of a request; refused with 400 if it is none."""
    try:
        body = orjson.loads(await request.read())
    except orjson.JSONDecodeError:
        raise errors.refused(request, 400, "Invalid JSON") from None
    if not isinstance(body, dict):
        raise errors.refused(request, 400, "Invalid body")
    return body
