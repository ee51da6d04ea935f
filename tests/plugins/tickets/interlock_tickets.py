"""Tickets of a help desk: what is done to them, and what the desk tells of them."""

import hmac
import json

from pydantic import BaseModel, SecretStr

from interlock.sdk import (
    Event,
    HttpOptions,
    Policies,
    Rejected,
    Service,
    Settings,
    WebhookRequest,
    hookimpl,
    poll,
    tool,
    webhook,
)


class TicketSettings(Settings):
    token: SecretStr
    webhook_secret: SecretStr
    url: str = "https://desk.example/api"


class Ticket(BaseModel):
    id: int
    state: str


class Tickets(Service[TicketSettings]):
    policies = Policies.model_validate({"rate": [{"limit": "100/m"}], "concurrency": 5})

    def http_options(self) -> HttpOptions:
        token = self.settings.token.get_secret_value()
        return HttpOptions(self.settings.url, headers={"Authorization": f"Bearer {token}"})

    async def check(self) -> None:
        await self.http.get("/me")

    @tool(idempotent=True)
    async def close(self, ticket: int) -> Ticket:
        """Close a ticket."""
        answer = await self.http.put(f"/tickets/{ticket}", json={"state": "closed"})
        return Ticket.model_validate(answer.json())

    @webhook()
    async def delivered(self, request: WebhookRequest) -> list[Event]:
        key = self.settings.webhook_secret.get_secret_value().encode()
        signature = hmac.new(key, request.body, "sha256").hexdigest()
        if not hmac.compare_digest(signature, request.headers.get("x-signature", "")):
            raise Rejected("the signature is wrong")
        return [self.told(json.loads(request.body))]

    @poll(every=300)
    async def changed(self, cursor: int | None) -> tuple[list[Event], int]:
        changes = (await self.http.get("/changes", params={"after": cursor or 0})).json()
        newest = max((change["id"] for change in changes), default=cursor or 0)
        return [self.told(change) for change in changes], newest

    def told(self, change: dict[str, int]) -> Event:
        name = f"{self.context.name}.changed"
        return Event(name, change, id=str(change["id"]), key=str(change["ticket"]))


@hookimpl
def interlock_services():
    return {"tickets": Tickets}
