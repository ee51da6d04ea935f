"""Deliveries of Figma's webhooks v2.

There is no signature: the passcode in the body is the only proof, so it is compared in constant
time and never passed on. Source: https://developers.figma.com/docs/rest-api/webhooks-events/
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

import orjson

from interlock.sdk import Event, Rejected

_NAMES = {
    "FILE_UPDATE": "file_updated",
    "FILE_VERSION_UPDATE": "file_version_created",
    "FILE_DELETE": "file_deleted",
    "FILE_COMMENT": "comment_created",
    "LIBRARY_PUBLISH": "library_published",
    "DEV_MODE_STATUS_UPDATE": "dev_mode_status_changed",
}


def read_delivery(body: bytes, passcode: str | None) -> list[Event]:
    """The events of one delivery; none for a PING.

    Raises:
        Rejected: not JSON, or the passcode is not ours (also when none is configured).
    """
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Rejected("the delivery is not JSON") from None
    if not isinstance(payload, dict):
        raise Rejected("the delivery is not a JSON object")
    _verify(payload.get("passcode"), passcode)
    event = event_of(payload)
    return [] if event is None else [event]


def event_of(payload: Mapping[str, Any]) -> Event | None:
    """The event of a payload, without its passcode; None for a PING."""
    kind = str(payload.get("event_type", ""))
    if kind == "PING":
        return None
    name = _NAMES.get(kind, kind.lower() or "unknown")
    told = {key: value for key, value in payload.items() if key != "passcode"}
    key = str(payload.get("file_key", ""))
    return Event(name=f"figma.{name}", payload=told, id=_delivery_id(payload), key=key)


def _verify(given: object, expected: str | None) -> None:
    if expected is None:
        raise Rejected(
            "no passcode is configured for this service",
            hint="set settings.passcode of the service",
        )
    if not hmac.compare_digest(str(given).encode(), expected.encode()):
        raise Rejected("the passcode of the delivery is wrong")


def _delivery_id(payload: Mapping[str, Any]) -> str:
    """Figma sends no delivery id; a repeated delivery repeats these four."""
    parts = ("webhook_id", "event_type", "file_key", "timestamp")
    return ":".join(str(payload.get(part, "")) for part in parts)
