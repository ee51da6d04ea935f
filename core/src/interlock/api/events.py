"""Events in: from clients, and from vendors' webhooks."""

from __future__ import annotations

from math import inf
from typing import Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from interlock.api.answers import Anything, Items, Published
from interlock.api.endpoint import Endpoint, PlacePage
from interlock.api.idempotency import effect_of
from interlock.api.pages import listing, page, place, place_of
from interlock.api.problems import Json
from interlock.api.requests import Body, EventBody, read_body, runtime_of
from interlock.sdk import Event, WebhookRequest


class EventsQuery(PlacePage):
    """Which events."""

    name: str | None = Field(None, max_length=200, description="pattern of their names")


class EventsReplayBody(Body):
    """``POST /api/v1/events/replay``; moments are seconds since 1970."""

    name: str = Field("*", max_length=200, description="pattern of their names")
    since: float = Field(0.0, ge=0, le=1e12, description="published at or after")
    until: float | None = Field(None, ge=0, le=1e12, description="published before")


class EventAnswer(BaseModel):
    """An event; ``delivered`` once everybody who asked for it has had it."""

    id: str
    name: str
    key: str
    payload: dict[str, Any]
    source: str
    created: float
    delivered: float | None


class EventsReplayed(BaseModel):
    """How many are delivered again."""

    events: int


async def publish_event(request: Request) -> Response:
    body = await read_body(request, EventBody)
    event = Event(body.name, body.payload, id=body.id or effect_of(request) or "", key=body.key)
    fresh = await runtime_of(request).publish(event, source="api")
    return Json({"published": fresh}, status_code=202 if fresh else 200)


async def list_events(request: Request) -> Response:
    query: EventsQuery = request.state.query
    items = await runtime_of(request).events(
        name=query.name, limit=query.limit, after=place_of(query.cursor)
    )
    return page(request, items, place)


async def show_event(request: Request) -> Response:
    return Json(await runtime_of(request).event(request.path_params["event"]))


async def replay_events(request: Request) -> Response:
    body = await read_body(request, EventsReplayBody)
    number = await runtime_of(request).replay_events(
        body.name, since=body.since, until=inf if body.until is None else body.until
    )
    return Json({"events": number}, status_code=202)


async def receive_webhook(request: Request) -> Response:
    """Answered only when the service has verified it and its events are durable."""
    delivery = WebhookRequest(
        await request.body(), dict(request.headers), dict(request.query_params)
    )
    reply = await runtime_of(request).receive_webhook(
        request.path_params["service"], request.path_params.get("path", ""), delivery
    )
    return Json(reply.body or {}, status_code=reply.status)


ENDPOINTS = [
    Endpoint(
        "POST",
        "/events",
        publish_event,
        "Publish an event; 200 if one of its id was published before.",
        Published,
        role="operator",
        body=EventBody,
        statuses=(202, 200),
    ),
    listing("/events", list_events, "List events, newest first.", Items[EventAnswer], EventsQuery),
    Endpoint("GET", "/events/{event}", show_event, "Show an event.", EventAnswer),
    Endpoint(
        "POST",
        "/events/replay",
        replay_events,
        "Deliver events again; what they started is not started twice.",
        EventsReplayed,
        role="operator",
        body=EventsReplayBody,
        statuses=(202,),
    ),
]
_VERIFIED = "Deliver a webhook; the service verifies it."
HOOKS = [
    Endpoint("POST", path, receive_webhook, _VERIFIED, Anything, role=None, raw=True, named=name)
    for path, name in (
        ("/hooks/{service}", "receive_webhook"),
        ("/hooks/{service}/{path:path}", "receive_webhook_below"),
    )
]
