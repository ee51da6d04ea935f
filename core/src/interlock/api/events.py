"""Events in: from clients, and from vendors' webhooks."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from interlock.api.answers import Anything, Published
from interlock.api.endpoint import Endpoint
from interlock.api.idempotency import effect_of
from interlock.api.problems import Json
from interlock.api.requests import EventBody, read_body, runtime_of
from interlock.sdk import Event, WebhookRequest


async def publish_event(request: Request) -> Response:
    body = await read_body(request, EventBody)
    event = Event(body.name, body.payload, id=body.id or effect_of(request) or "", key=body.key)
    fresh = await runtime_of(request).publish(event, source="api")
    return Json({"published": fresh}, status_code=202 if fresh else 200)


async def receive_webhook(request: Request) -> Response:
    """Answered only when the service has verified it and its events are durable."""
    delivery = WebhookRequest(
        await request.body(), dict(request.headers), dict(request.query_params)
    )
    reply = await runtime_of(request).receive_webhook(
        request.path_params["service"], request.path_params.get("path", ""), delivery
    )
    return Json(reply.body or {}, status_code=reply.status)


async def receive_webhook_below(request: Request) -> Response:
    return await receive_webhook(request)


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
    )
]
_VERIFIED = "Deliver a webhook; the service verifies it."
HOOKS = [
    Endpoint("POST", path, handler, _VERIFIED, Anything, role=None, raw=True)
    for path, handler in (
        ("/hooks/{service}", receive_webhook),
        ("/hooks/{service}/{path:path}", receive_webhook_below),
    )
]
