"""Deliveries of Notion's webhooks.

Source: https://developers.notion.com/reference/webhooks
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import orjson

from interlock.sdk import Event, Rejected

_SIGNATURE = "x-notion-signature"


def read_body(body: bytes) -> dict[str, Any]:
    """The delivery's object.

    Raises:
        Rejected: it is not a JSON object.
    """
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Rejected("the delivery is not JSON") from None
    if not isinstance(payload, dict):
        raise Rejected("the delivery is not a JSON object")
    return payload


def handshake_token(payload: Mapping[str, Any]) -> str | None:
    """The token that the first delivery of a subscription carries, and no other."""
    token = payload.get("verification_token")
    return token if isinstance(token, str) and token and "type" not in payload else None


def verify(body: bytes, headers: Mapping[str, str], token: str | None) -> None:
    """Check the HMAC-SHA256 over the raw body, in constant time.

    Raises:
        Rejected: it is wrong or missing, or no token is known.
    """
    if not token:
        raise Rejected(
            "no verification token is known for this service",
            hint="set settings.webhook_token, or let Notion send its handshake again",
        )
    given = next((value for name, value in headers.items() if name.lower() == _SIGNATURE), "")
    expected = "sha256=" + hmac.new(token.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise Rejected("the signature of the delivery is wrong")


def event_of(payload: Mapping[str, Any]) -> Event:
    """``page.content_updated`` as ``notion.page_content_updated``; the entity's id is the key.

    The delivery's id stays the same when Notion repeats it. Events carry ids only and may come
    out of order, so whoever handles one reads the current state.
    """
    name = str(payload.get("type") or "unknown").replace(".", "_")
    entity = payload.get("entity")
    key = str(entity.get("id", "")) if isinstance(entity, dict) else ""
    return Event(f"notion.{name}", dict(payload), id=str(payload.get("id") or ""), key=key)
