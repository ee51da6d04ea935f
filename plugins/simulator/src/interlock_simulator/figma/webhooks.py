"""Webhooks v2, kept in memory: registered, listed, changed, and what each has sent.

A new webhook sends a PING. Endpoints on this machine are really called; of the others, as of those
that do not answer, the request is remembered with its error.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

import orjson

from interlock.sdk import World
from interlock_simulator.deliveries import Announcement, Deliveries, Outcome
from interlock_simulator.figma.payloads import payload

Hook = dict[str, Any]
KINDS = frozenset(
    (
        *("PING", "FILE_UPDATE", "FILE_VERSION_UPDATE", "FILE_DELETE", "LIBRARY_PUBLISH"),
        *("FILE_COMMENT", "DEV_MODE_STATUS_UPDATE"),
    )
)
_CONTEXTS = ("team", "project", "file")
_CHANGEABLE = ("event_type", "endpoint", "passcode", "status", "description")


class Webhooks:
    """By id, oldest first."""

    def __init__(self, world: World, deliveries: Deliveries) -> None:
        self._world = world
        self._deliveries = deliveries
        self.clear()

    def clear(self) -> None:
        self._hooks: dict[str, Hook] = {}
        self._requests: dict[str, list[dict[str, Any]]] = {}
        self._ids = count(1)

    def of(self, context: str, context_id: str) -> list[Hook]:
        """The webhooks of a place, without their passcodes."""
        place = (context.upper(), context_id)
        found = (h for h in self._hooks.values() if (h["context"], h["context_id"]) == place)
        return [{**hook, "passcode": ""} for hook in found]

    def fault(self, body: Mapping[str, Any]) -> str:
        """What is wrong with the body of ``POST /v2/webhooks``; empty if nothing is."""
        for key in ("event_type", "context", "context_id", "endpoint", "passcode"):
            if not isinstance(body.get(key), str) or not body[key]:
                return f"{key}: Required"
        if body["event_type"] not in KINDS:
            return "event_type: Invalid"
        return "" if body["context"].lower() in _CONTEXTS else "context: Invalid"

    def add(self, body: Mapping[str, Any]) -> Hook:
        """A new webhook, as Figma describes it."""
        identity = str(next(self._ids))
        hook = {
            "id": identity,
            "event_type": body["event_type"],
            "team_id": "",
            "context": str(body["context"]).upper(),
            "context_id": body["context_id"],
            "plan_api_id": "organization:1",
            "status": body.get("status") or "ACTIVE",
            "client_id": None,
            "passcode": body["passcode"],
            "endpoint": body["endpoint"],
            "description": body.get("description"),
        }
        self._hooks[identity] = hook
        self._requests[identity] = []
        return hook

    def get(self, identity: str) -> Hook | None:
        return self._hooks.get(identity)

    def change(self, identity: str, body: Mapping[str, Any]) -> Hook:
        """The webhook with what the body of ``PUT`` says."""
        self._hooks[identity] |= {key: body[key] for key in _CHANGEABLE if key in body}
        return self._hooks[identity]

    def delete(self, identity: str) -> Hook:
        self._requests.pop(identity)
        return self._hooks.pop(identity)

    def requests(self, identity: str) -> list[dict[str, Any]]:
        """What the webhook sent, newest first."""
        return self._requests[identity]

    async def announce(self, what: Announcement, file: Mapping[str, Any]) -> list[Outcome]:
        """Tell the active webhooks of this kind that look at this file."""
        found = [
            hook
            for hook in self._hooks.values()
            if (hook["event_type"], hook["status"]) == (what.type, "ACTIVE")
            and (hook["context"] != "FILE" or hook["context_id"] == file["key"])
        ]
        outcomes: list[Outcome] = []
        for hook in found:
            body = {**payload(what.type, hook, file, self._now()), **what.data}
            if what.forged:
                body["passcode"] = "forged"
            outcomes += [await self._send(hook, body) for _ in range(what.times)]
        return outcomes

    async def ping(self, hook: Hook) -> None:
        """What a new webhook sends first."""
        await self._send(hook, payload("PING", hook, {}, self._now()))

    async def _send(self, hook: Hook, body: dict[str, Any]) -> Outcome:
        sent = self._now()
        outcome = await self._deliveries.post(hook["endpoint"], orjson.dumps(body), {})
        log = self._requests.setdefault(hook["id"], [])
        info = {"id": f"{hook['id']}-{len(log) + 1}", "endpoint": hook["endpoint"]}
        answer = {"status": str(outcome.status), "received_at": self._now()}
        record = {
            "webhook_id": hook["id"],
            "request_info": {**info, "payload": body, "sent_at": sent},
            "response_info": answer if outcome.status is not None else None,
            "error_msg": outcome.error,
        }
        log.insert(0, record)
        return outcome

    def _now(self) -> str:
        return datetime.fromtimestamp(self._world.time(), UTC).isoformat()
