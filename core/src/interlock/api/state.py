"""What is there and how it does: services, plugins, metrics, health."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from interlock.api.problems import Json
from interlock.api.requests import runtime_of


async def list_services(request: Request) -> Response:
    return Json({"items": runtime_of(request).services()})


async def list_plugins(request: Request) -> Response:
    return Json({"items": runtime_of(request).plugins()})


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
    Route("/metrics", show_metrics),
    Route("/config", show_config),
]
HEALTH = [Route("/health", show_health)]
