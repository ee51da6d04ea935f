"""Events in: from clients, and from vendors' webhooks."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from interlock.api.problems import Json
from interlock.api.requests import EventBody, read_body, runtime_of
from interlock.sdk import Event, WebhookRequest


async def publish_event(request: Request) -> Response:
    body = await read_body(request, EventBody)
    event = Event(body.name, body.payload, id=body.id, key=body.key)
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


ROUTES = [Route("/events", publish_event, methods=["POST"])]
HOOKS = [
    Route("/hooks/{service}", receive_webhook, methods=["POST"]),
    Route("/hooks/{service}/{path:path}", receive_webhook, methods=["POST"]),
]
