"""Webhooks v2: deliveries, registration, and a look at what may have been missed.

Figma keeps the last week's requests of each webhook, with their payloads; whatever of them did
not arrive is published from there. Source: the operation getWebhookRequests of
https://developers.figma.com/docs/rest-api/webhooks-endpoints/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from interlock.sdk import Event, NeedsAttention, NotFound, WebhookRequest, poll, tool, webhook
from interlock_figma.account import Account
from interlock_figma.keys import plain_id
from interlock_figma.webhooks import event_of, read_delivery

Kind = Literal[
    "FILE_UPDATE",
    "FILE_VERSION_UPDATE",
    "FILE_DELETE",
    "FILE_COMMENT",
    "LIBRARY_PUBLISH",
    "DEV_MODE_STATUS_UPDATE",
]
Context = Literal["team", "project", "file"]

_KNOWN = "webhooks"
_LOOK_EVERY = 1800.0


class WebhookTools(Account):
    """Webhooks: taking deliveries, registering, and recovering what was missed."""

    @webhook()
    async def deliveries(self, request: WebhookRequest) -> Sequence[Event]:
        passcode = self.settings.passcode
        return read_delivery(request.body, passcode.get_secret_value() if passcode else None)

    @tool(effect="read", tier="tier2")
    async def list_webhooks(self, context: Context, context_id: str) -> list[Any]:
        """List the webhooks of a team, a project or a file, without their passcodes.

        Args:
            context: what the webhooks belong to.
            context_id: id of the team or project, or key of the file.
        """
        asked = {"context": context, "context_id": context_id}
        body = await self._get("/v2/webhooks", asked)
        return [_shown(entry) for entry in body.get("webhooks") or ()]

    @tool(effect="write", idempotent=True, tier="tier2")
    async def register_webhook(
        self,
        event_type: Kind,
        context: Context,
        context_id: str,
        endpoint: str,
        description: str = "",
    ) -> dict[str, Any]:
        """Subscribe to one kind of event; returns the webhook, without its passcode.

        If the same event of the same team, project or file is sent to this endpoint already, that
        webhook is renewed instead. Deliveries that are lost on the way are recovered from then on.

        Args:
            event_type: the event to subscribe to.
            context: what to watch; a team may have 20 webhooks, a project 5, a file 3.
            context_id: id of the team or project, or key of the file.
            endpoint: public URL of this daemon's ``/hooks/<service>``.
            description: a note for people, cut off at 140 characters.
        """
        passcode = self._passcode()
        for known in await self.list_webhooks(context, context_id):
            if (known.get("event_type"), known.get("endpoint")) == (event_type, endpoint):
                return await self._renewed(known, passcode)
        wanted = {
            "event_type": event_type,
            "context": context,
            "context_id": context_id,
            "endpoint": endpoint,
            "passcode": passcode,
            "status": "ACTIVE",
            "description": description[:140],
        }
        made = _shown(await self._ask("POST", "/v2/webhooks", json=wanted))
        await self._remember(str(made["id"]))
        return made

    @tool(effect="write", idempotent=True, destructive=True, tier="tier2")
    async def delete_webhook(self, webhook_id: str) -> dict[str, Any]:
        """Delete a webhook; Figma sends its events no longer.

        Args:
            webhook_id: id of the webhook, from ``list_webhooks``.
        """
        await self._ask("DELETE", f"/v2/webhooks/{plain_id(webhook_id)}")
        await self._forget(webhook_id)
        return {"deleted": webhook_id}

    @tool(effect="write", idempotent=True, tier="tier2")
    async def reconcile_webhooks(self, webhook_ids: list[str] | None = None) -> dict[str, Any]:
        """Publish the events of the last seven days whose delivery did not arrive.

        Returns how many deliveries Figma has on record (``looked_at``) and the ids of the events
        that were missing and are now published (``published``).

        Args:
            webhook_ids: webhooks to look through; default: those that this service registered.
        """
        missed = await self._recorded(webhook_ids or await self._known())
        published = [event.id for event in missed if await self.context.emit(event)]
        return {"looked_at": len(missed), "published": published}

    @poll(every=_LOOK_EVERY)
    async def missed(self, cursor: Any) -> tuple[Sequence[Event], Any]:
        """What the registered webhooks sent; the bus drops what it has seen."""
        return await self._recorded(await self._known()), None

    async def _recorded(self, ids: Sequence[str]) -> list[Event]:
        """An event for each request that Figma remembers, oldest first."""
        found: list[Event] = []
        for identity in ids:
            try:
                body = await self._get(f"/v2/webhooks/{plain_id(identity)}/requests", {})
            except NotFound:
                await self._forget(identity)
                continue
            for request in reversed(body.get("requests") or ()):
                payload = (request.get("request_info") or {}).get("payload")
                if isinstance(payload, Mapping) and (event := event_of(payload)) is not None:
                    found.append(event)
        return found

    async def _renewed(self, known: dict[str, Any], passcode: str) -> dict[str, Any]:
        """A webhook that is there, with today's passcode, and active."""
        # Figma's description requires these of a change, whether they change or not.
        kept = {key: known.get(key) or "" for key in ("event_type", "team_id", "endpoint")}
        wanted = {**kept, "passcode": passcode, "status": "ACTIVE"}
        await self._ask("PUT", f"/v2/webhooks/{known['id']}", json=wanted)
        await self._remember(str(known["id"]))
        return {**known, "status": "ACTIVE"}

    def _passcode(self) -> str:
        if self.settings.passcode is None:
            raise NeedsAttention(
                f"the service {self.context.name} has no passcode, so no delivery could be proved",
                hint="set settings.passcode of the service",
            )
        return self.settings.passcode.get_secret_value()

    async def _known(self) -> list[str]:
        return list(await self.context.state.get(_KNOWN) or ())

    async def _remember(self, identity: str) -> None:
        known = await self._known()
        if identity not in known:
            await self.context.state.put(_KNOWN, [*known, identity])

    async def _forget(self, identity: str) -> None:
        kept = [each for each in await self._known() if each != identity]
        await self.context.state.put(_KNOWN, kept)


def _shown(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "passcode"}
