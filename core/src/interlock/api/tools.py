"""Tools over HTTP."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

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
        idempotency_key=body.idempotency_key,
    )
    return Json({"result": result})


ROUTES = [
    Route("/tools", list_tools),
    Route("/tools/{tool}", show_tool),
    Route("/tools/{tool}/call", call_tool, methods=["POST"]),
]
