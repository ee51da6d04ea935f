"""The Notion service: all tools together, and its webhooks."""

from __future__ import annotations

from typing import Any

from interlock.sdk import Event, NotFound, Rejected, WebhookReply, WebhookRequest, tool, webhook
from interlock_notion import webhooks
from interlock_notion.tools.comments import CommentTools
from interlock_notion.tools.databases import DatabaseTools
from interlock_notion.tools.files import FileTools
from interlock_notion.tools.pages import PageTools
from interlock_notion.tools.reading import ReadingTools
from interlock_notion.tools.schemas import SchemaTools
from interlock_notion.tools.syncing import SyncTools
from interlock_notion.tools.users import UserTools
from interlock_notion.tools.views import ViewTools

_TOKEN = "webhook_token"  # noqa: S105 - the key under which it is kept


class Notion(
    DatabaseTools,
    ViewTools,
    SchemaTools,
    ReadingTools,
    PageTools,
    SyncTools,
    FileTools,
    CommentTools,
    UserTools,
):
    """One Notion workspace."""

    @tool(effect="read", name="webhook_token")
    async def show_webhook_token(self) -> dict[str, Any]:
        """Show the verification token that Notion has sent, for pasting into Notion's form."""
        token = await self._webhook_token()
        if token is None:
            raise NotFound(
                "no handshake has come yet",
                hint="create the subscription in Notion with the address /hooks/<service>",
            )
        return {"token": token}

    @webhook()
    async def deliveries(self, request: WebhookRequest) -> WebhookReply:
        payload = webhooks.read_body(request.body)
        handshake = webhooks.handshake_token(payload)
        if handshake is not None:
            return await self._shake_hands(handshake)
        webhooks.verify(request.body, request.headers, await self._webhook_token())
        return WebhookReply([webhooks.event_of(payload)])

    async def _shake_hands(self, token: str) -> WebhookReply:
        """Keep the first token; a later one is refused, since anybody can send a handshake."""
        known = await self._webhook_token()
        if known is not None and known != token:
            raise Rejected(
                "another verification token is known already",
                hint="set settings.webhook_token to change the subscription",
            )
        if known is None:
            await self.context.state.put(_TOKEN, token)
        return WebhookReply([Event("notion.webhook_verification_requested", {})])

    async def _webhook_token(self) -> str | None:
        if self.settings.webhook_token is not None:
            return self.settings.webhook_token.get_secret_value()
        kept = await self.context.state.get(_TOKEN)
        return str(kept) if kept else None
