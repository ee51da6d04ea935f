"""What is there and how it does: services, plugins, metrics, health."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from interlock.api.answers import Anything, Health, Items, Live, Metric, Plugin, Service
from interlock.api.endpoint import TEXT, Endpoint, Handler
from interlock.api.pages import listing, part
from interlock.api.problems import Json
from interlock.api.requests import Body, read_body, runtime_of


class ReloadBody(Body):
    """``POST /api/v1/config/reload``."""

    check: bool = Field(False, description="only tell what would change")


class Alert(BaseModel):
    """A rule: quiet, pending (it holds, but not for long enough) or firing; and since when."""

    name: str
    rule: str
    state: Literal["quiet", "pending", "firing"]
    since: float | None
    fault: str | None


class Reloaded(BaseModel):
    """``needs_restart`` are the parts that count from the next start on."""

    changed: dict[str, list[str]]
    needs_restart: list[str]
    diff: list[str]
    applied: bool


async def list_services(request: Request) -> Response:
    return part(request, runtime_of(request).services())


async def show_service(request: Request) -> Response:
    return Json(runtime_of(request).service(request.path_params["service"]))


async def pause_service(request: Request) -> Response:
    await runtime_of(request).pause_service(request.path_params["service"])
    return await show_service(request)


async def resume_service(request: Request) -> Response:
    await runtime_of(request).resume_service(request.path_params["service"])
    return await show_service(request)


async def reset_breaker(request: Request) -> Response:
    await runtime_of(request).reset_breaker(request.path_params["service"])
    return await show_service(request)


async def restart_service(request: Request) -> Response:
    await runtime_of(request).restart_service(request.path_params["service"])
    return await show_service(request)


async def list_plugins(request: Request) -> Response:
    return part(request, runtime_of(request).plugins())


async def list_metrics(request: Request) -> Response:
    return part(request, runtime_of(request).metrics())


async def show_prometheus(request: Request) -> Response:
    """https://prometheus.io/docs/instrumenting/exposition_formats/, text, version 0.0.4."""
    text = await runtime_of(request).prometheus()
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


async def show_config(request: Request) -> Response:
    return Json(runtime_of(request).configuration())


async def reload_config(request: Request) -> Response:
    body = await read_body(request, ReloadBody)
    return Json(await runtime_of(request).reload(check=body.check))


async def list_alerts(request: Request) -> Response:
    return part(request, runtime_of(request).alerts())


async def show_health(request: Request) -> Response:
    """Open to everyone on the allowed hosts, so it tells no names and no paths."""
    why = await runtime_of(request).readiness()
    if why is None:
        return Json({"ready": True})
    return Json({"ready": False, "reason": why.code, "hint": why.hint}, status_code=503)


async def show_live(request: Request) -> Response:
    return Json({"live": True})


def _acting(action: str, handler: Handler, summary: str) -> Endpoint:
    path = f"/services/{{service}}/{action}"
    return Endpoint("POST", path, handler, summary, Service, role="operator")


ENDPOINTS = [
    listing("/services", list_services, "List the services.", Items[Service]),
    Endpoint("GET", "/services/{service}", show_service, "Show how a service does.", Service),
    _acting("pause", pause_service, "Refuse the calls of a service."),
    _acting("resume", resume_service, "Let the calls of a service through again."),
    _acting("reset-breaker", reset_breaker, "Close the breaker of a service."),
    _acting("restart", restart_service, "Stop a service and start it anew."),
    listing("/alerts", list_alerts, "List the alerts.", Items[Alert]),
    listing("/plugins", list_plugins, "List the plugins.", Items[Plugin]),
    listing("/metrics", list_metrics, "List the metrics.", Items[Metric]),
    Endpoint(
        "GET", "/config", show_config, "Show the configuration, redacted.", Anything, role="admin"
    ),
    Endpoint(
        "POST",
        "/config/reload",
        reload_config,
        "Read the configuration again; one with faults changes nothing.",
        Reloaded,
        role="admin",
        body=ReloadBody,
    ),
]
_READY = "Tell whether work is taken."
HEALTH = [
    *(
        Endpoint(
            "GET", path, show_health, _READY, Health, role=None, statuses=(200, 503), named=name
        )
        for path, name in (("/health", "show_health"), ("/health/ready", "show_ready"))
    ),
    Endpoint("GET", "/health/live", show_live, "Tell that the process answers.", Live, role=None),
    Endpoint("GET", "/metrics", show_prometheus, "Metrics for Prometheus.", None, media=TEXT),
]
