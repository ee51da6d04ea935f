"""Tools over HTTP."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from interlock.api.answers import CallResult, Items, Tool
from interlock.api.endpoint import Endpoint
from interlock.api.idempotency import effect_of
from interlock.api.problems import Json
from interlock.api.requests import CallBody, read_body, runtime_of


async def list_tools(request: Request) -> Response:
    return Json({"items": runtime_of(request).tools()})


async def show_tool(request: Request) -> Response:
    return Json(runtime_of(request).tool(request.path_params["tool"]))


async def call_tool(request: Request) -> Response:
    body = await read_body(request, CallBody)
    result = await runtime_of(request).call(
        request.path_params["tool"],
        body.arguments,
        timeout=body.timeout,
        idempotency_key=body.idempotency_key or effect_of(request),
    )
    return Json({"result": result})


ENDPOINTS = [
    Endpoint("GET", "/tools", list_tools, "List the tools that the caller may see.", Items[Tool]),
    Endpoint("GET", "/tools/{tool}", show_tool, "Show one tool, by name or alias.", Tool),
    Endpoint(
        "POST",
        "/tools/{tool}/call",
        call_tool,
        "Call a tool, or run a workflow to its end.",
        CallResult,
        role="operator",
        body=CallBody,
    ),
]
