"""Workflows and their runs over HTTP."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

import orjson
from pydantic import Field
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from interlock.api.answers import Items, Run, Started, Step, Version, Workflow
from interlock.api.endpoint import EVENTS, Endpoint, Page
from interlock.api.idempotency import effect_of
from interlock.api.pages import listing, page, part
from interlock.api.problems import Json
from interlock.api.requests import StartBody, read_body, runtime_of
from interlock.api.streams import EventStream, last_seen
from interlock.journal import RunFilter, Status
from interlock.sdk import InvalidInput


class RunsQuery(Page):
    """Which runs; ``input.FIELD=JSON`` asks for a field of the input."""

    cursor: str | None = Field(None, max_length=300, description="from the link to this page")
    status: Status | None = None
    workflow: str | None = None
    tag: str | None = None
    since: float | None = Field(None, description="created at or after; seconds since 1970")
    until: float | None = Field(None, description="created before")
    text: str | None = Field(
        None, max_length=200, description="in id, workflow, tags, input or problem"
    )
    brief: bool = Field(False, description="without inputs and outputs")


async def list_workflows(request: Request) -> Response:
    return part(request, runtime_of(request).workflows())


async def show_workflow(request: Request) -> Response:
    return Json(runtime_of(request).workflow(request.path_params["workflow"]))


async def start_run(request: Request) -> Response:
    body = await read_body(request, StartBody)
    run_id = await runtime_of(request).start(
        request.path_params["workflow"],
        body.input,
        run_id=body.run_id or effect_of(request),
        tags=body.tags,
        timeout=body.timeout,
    )
    location = {"Location": f"/api/v1/runs/{run_id}"}
    return Json({"run_id": run_id}, status_code=202, headers=location)


async def list_runs(request: Request) -> Response:
    query: RunsQuery = request.state.query
    runs = await runtime_of(request).runs(
        _filter(query, request.query_params),
        limit=query.limit,
        before=query.cursor,
        brief=query.brief,
    )
    return page(request, runs, itemgetter("id"))


def _filter(query: RunsQuery, raw: QueryParams) -> RunFilter:
    """Raises InvalidInput if the value asked of a field is no JSON."""
    fields = {key[6:]: _json(key, raw[key]) for key in raw if key.startswith("input.")}
    return RunFilter(**query.model_dump(exclude={"limit", "cursor", "brief"}), input=fields)


def _json(key: str, text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise InvalidInput(f"{key} is not JSON: {text!r}", path=f"$.{key}") from None


async def show_run(request: Request) -> Response:
    return Json(await runtime_of(request).run(request.path_params["run"]))


async def list_steps(request: Request) -> Response:
    return part(request, await runtime_of(request).steps(request.path_params["run"]))


async def watch_run(request: Request) -> Response:
    """Progress as server-sent events; ends with the run."""
    runtime = runtime_of(request)
    # An unknown run is a 404, not a stream that breaks.
    run = (await runtime.run(request.path_params["run"]))["id"]
    return EventStream(runtime.watch(run, since=last_seen(request)))


async def list_versions(request: Request) -> Response:
    items = await runtime_of(request).versions(request.path_params["workflow"])
    return part(request, items)


ENDPOINTS = [
    listing("/workflows", list_workflows, "List the templates.", Items[Workflow]),
    Endpoint("GET", "/workflows/{workflow}", show_workflow, "Show one template.", Workflow),
    listing(
        "/workflows/{workflow}/versions",
        list_versions,
        "List the versions that its runs go on with, the current one first.",
        Items[Version],
    ),
    Endpoint(
        "POST",
        "/workflows/{workflow}/start",
        start_run,
        "Start a run; answered as soon as it is durable.",
        Started,
        role="operator",
        body=StartBody,
        statuses=(202,),
        headers={"Location": "the run"},
    ),
    listing(
        "/runs", list_runs, "List runs, newest first.", Items[Run], RunsQuery, open_query="input."
    ),
    Endpoint("GET", "/runs/{run}", show_run, "Show a run; a beginning of its id will do.", Run),
    listing("/runs/{run}/steps", list_steps, "List its recorded steps.", Items[Step]),
    Endpoint(
        "GET",
        "/runs/{run}/watch",
        watch_run,
        "Follow a run to its end; Last-Event-ID resumes.",
        None,
        media=EVENTS,
    ),
]
