"""What is there and how it does: services, plugins, dead letters, metrics, health."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from interlock.api.problems import Json
from interlock.api.requests import query_int, runtime_of


async def list_services(request: Request) -> Response:
    return Json({"items": runtime_of(request).services()})


async def list_plugins(request: Request) -> Response:
    return Json({"items": runtime_of(request).plugins()})


async def list_dead_letters(request: Request) -> Response:
    limit = query_int(request, "limit", 50, most=1000)
    return Json({"items": await runtime_of(request).dead_letters(limit=limit)})


async def show_metrics(request: Request) -> Response:
    return Json({"items": runtime_of(request).metrics()})


async def show_config(request: Request) -> Response:
    return Json(runtime_of(request).configuration())


async def show_health(request: Request) -> Response:
    """Open to everyone on the allowed hosts, so it tells no more than up or not."""
    ready = runtime_of(request).ready
    return Json({"ready": ready}, status_code=200 if ready else 503)


ROUTES = [
    Route("/services", list_services),
    Route("/plugins", list_plugins),
    Route("/dead-letters", list_dead_letters),
    Route("/metrics", show_metrics),
    Route("/config", show_config),
]
HEALTH = [Route("/health", show_health)]
