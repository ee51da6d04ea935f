"""Webhook subscriptions of Notion: the handshake, and signed events.

Source: https://developers.notion.com/reference/webhooks
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from interlock_simulator.deliveries import Announcement, Deliveries, Outcome
from interlock_simulator.notion.errors import BOT_ID
from interlock_simulator.notion.workspace import Workspace

_VERSION = "2025-09-03"
_WORKSPACE = "00000000-0000-4000-8000-00000000a001"


@dataclass(frozen=True)
class _Subscription:
    identity: str
    endpoint: str
    token: str


class Subscriptions:
    """Who is told of what happens in the workspace."""

    def __init__(self, workspace: Workspace, deliveries: Deliveries) -> None:
        self._workspace = workspace
        self._deliveries = deliveries
        self._known: list[_Subscription] = []

    def clear(self) -> None:
        self._known = []

    async def add(self, endpoint: str) -> dict[str, Any]:
        """Subscribe, and shake hands: the first delivery carries the token of all others."""
        token = f"secret_{self._workspace.new_id().replace('-', '')}"
        made = _Subscription(self._workspace.new_id(), endpoint, token)
        self._known.append(made)
        body = orjson.dumps({"verification_token": made.token})
        outcome = await self._deliveries.post(endpoint, body, {})
        return {"subscription_id": made.identity, **outcome.told()}

    async def announce(self, what: Announcement) -> list[Outcome]:
        """Tell every subscriber; a repeated delivery is the same, byte for byte."""
        outcomes: list[Outcome] = []
        for each in self._known:
            body = orjson.dumps(self._payload(what, each))
            token = "forged" if what.forged else each.token
            headers = {"X-Notion-Signature": _signature(body, token)}
            for _ in range(what.times):
                outcomes += [await self._deliveries.post(each.endpoint, body, headers)]
        return outcomes

    def _payload(self, what: Announcement, to: _Subscription) -> Mapping[str, Any]:
        kind = what.type.partition(".")[0]
        return {
            "id": self._workspace.new_id(),
            "timestamp": self._workspace.now(),
            "workspace_id": _WORKSPACE,
            "workspace_name": "Simulated workspace",
            "subscription_id": to.identity,
            "integration_id": BOT_ID,
            "type": what.type,
            "authors": [{"id": BOT_ID, "type": "bot"}],
            "accessible_by": [{"id": BOT_ID, "type": "bot"}],
            "attempt_number": 1,
            "api_version": _VERSION,
            "entity": {"id": what.subject, "type": kind},
            "data": what.data,
        }


def _signature(body: bytes, token: str) -> str:
    return "sha256=" + hmac.new(token.encode(), body, hashlib.sha256).hexdigest()
