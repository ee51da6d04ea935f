"""Workflows and their runs over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from interlock.api.problems import Json
from interlock.api.requests import StartBody, query_int, read_body, runtime_of
from interlock.journal import RunFilter
from interlock.sdk import InvalidInput


async def list_workflows(request: Request) -> Response:
    return Json({"items": runtime_of(request).workflows()})


async def show_workflow(request: Request) -> Response:
    return Json(runtime_of(request).workflow(request.path_params["workflow"]))


async def start_run(request: Request) -> Response:
    body = await read_body(request, StartBody)
    run_id = await runtime_of(request).start(
        request.path_params["workflow"],
        body.input,
        run_id=body.run_id,
        tags=body.tags,
        timeout=body.timeout,
    )
    location = {"Location": f"/api/v1/runs/{run_id}"}
    return Json({"run_id": run_id}, status_code=202, headers=location)


async def list_runs(request: Request) -> Response:
    runs = await runtime_of(request).runs(
        _filter(request.query_params),
        limit=query_int(request, "limit", 50, most=1000),
        before=request.query_params.get("before"),
    )
    return Json({"items": runs})


def _filter(query: QueryParams) -> RunFilter:
    """``status``, ``workflow``, ``tag``, ``since``, ``until`` and ``input.FIELD=JSON``.

    Raises:
        InvalidInput: a moment is no number, or a field's value no JSON.
    """
    fields = {key[6:]: _json(key, query[key]) for key in query if key.startswith("input.")}
    moments = {key: _json(key, query[key]) for key in ("since", "until") if key in query}
    for key, moment in moments.items():
        if not isinstance(moment, int | float):
            raise InvalidInput(f"{key} must be seconds since 1970", path=f"$.{key}")
    return RunFilter(
        status=query.get("status"),
        workflow=query.get("workflow"),
        tag=query.get("tag"),
        input=fields,
        **moments,
    )


def _json(key: str, text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise InvalidInput(f"{key} is not JSON: {text!r}", path=f"$.{key}") from None


async def show_run(request: Request) -> Response:
    return Json(await runtime_of(request).run(request.path_params["run"]))


async def list_steps(request: Request) -> Response:
    return Json({"items": await runtime_of(request).steps(request.path_params["run"])})


async def watch_run(request: Request) -> Response:
    """Progress as server-sent events; ends with the run."""
    progress = runtime_of(request).watch(request.path_params["run"])
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_sent(progress), media_type="text/event-stream", headers=headers)


async def _sent(progress: AsyncIterator[dict[str, Any]]) -> AsyncIterator[bytes]:
    async for item in progress:
        yield b"event: %s\ndata: %s\n\n" % (str(item["kind"]).encode(), orjson.dumps(item))


ROUTES = [
    Route("/workflows", list_workflows),
    Route("/workflows/{workflow}", show_workflow),
    Route("/workflows/{workflow}/start", start_run, methods=["POST"]),
    Route("/runs", list_runs),
    Route("/runs/{run}", show_run),
    Route("/runs/{run}/steps", list_steps),
    Route("/runs/{run}/watch", watch_run),
]
