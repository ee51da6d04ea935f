"""A service's HTTP client as the tests use it, and a server that tells what came."""

from __future__ import annotations

from typing import Any

import httpx
from aiohttp import web

from interlock.host import HttpWishes
from interlock.host.http import build_client
from interlock.sdk import (
    HttpOptions,
    ServiceError,
    error_from_response,
)

PRIVATE = HttpWishes(allow_private=True)
SECRET = "s3cr3t"


def client_of(url: str, wishes: HttpWishes = PRIVATE, **fields: Any) -> httpx.AsyncClient:
    trace = fields.pop("trace", lambda: None)
    return build_client(
        HttpOptions(base_url=url, **fields),
        wishes,
        service="mail",
        read_error=read_error,
        trace=trace,
    )


def read_error(response: httpx.Response) -> ServiceError:
    return error_from_response(response, now=0.0, message=f"mail says {response.text}")


class RunningCall:
    """As much of a call as the client looks at."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def remaining(self) -> float:
        return self._seconds


async def echo(request: web.BaseRequest) -> web.Response:
    return web.json_response(
        {
            "method": request.method,
            "path": request.path_qs,
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "body": (await request.read()).decode(),
        }
    )
