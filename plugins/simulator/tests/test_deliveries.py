"""What the simulated vendors send of themselves, to an endpoint that keeps it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from aiohttp import web

from interlock.sdk import InvalidInput
from interlock_simulator.deliveries import Announcement


@dataclass
class Sink:
    """An endpoint, and what it was sent."""

    url: str = ""
    status: int = 200
    bodies: list[bytes] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.signatures.append(request.headers.get("X-Notion-Signature", ""))
        return web.Response(status=self.status)

    def told(self, number: int) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.bodies[number])
        return body


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    made = Sink()
    application = web.Application()
    application.router.add_post("/hook", made.take)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield made
    await runner.cleanup()


def happened(vendor: str, kind: str, subject: str, **fields: Any) -> Announcement:
    return Announcement.model_validate(
        {"vendor": vendor, "type": kind, "subject": subject, **fields}
    )


async def registered(figma: httpx.AsyncClient, sink: Sink, **fields: Any) -> str:
    place = {"context": "file", "context_id": "torii-gate"}
    wanted = {**place, "event_type": "FILE_UPDATE", "endpoint": sink.url, "passcode": "open"}
    return str((await figma.post("/v2/webhooks", json={**wanted, **fields})).json()["id"])


async def test_a_new_webhook_of_figma_is_pinged_and_then_told(
    start: Any, client: Any, sink: Sink
) -> None:
    simulator = await start()
    figma = await client(simulator, "figma")
    hook = await registered(figma, sink)

    given = await simulator.announce(happened("figma", "FILE_UPDATE", "torii-gate"))

    assert given == {"deliveries": [{"endpoint": sink.url, "status": 200}]}
    ping, update = sink.told(0), sink.told(1)
    assert (ping["event_type"], ping["passcode"]) == ("PING", "open")
    assert (update["webhook_id"], update["file_key"]) == (hook, "torii-gate")
    remembered = (await figma.get(f"/v2/webhooks/{hook}/requests")).json()["requests"]
    assert [entry["request_info"]["payload"] for entry in remembered] == [update, ping]


async def test_only_the_webhooks_that_look_are_told(start: Any, client: Any, sink: Sink) -> None:
    simulator = await start()
    figma = await client(simulator, "figma")
    await registered(figma, sink, event_type="FILE_COMMENT")
    await registered(figma, sink, context_id="radix-icons")
    paused = await registered(figma, sink)
    await figma.put(f"/v2/webhooks/{paused}", json={"status": "PAUSED"})
    sink.bodies.clear()

    given = await simulator.announce(happened("figma", "FILE_UPDATE", "torii-gate"))

    assert given == {"deliveries": []}
    assert sink.bodies == []


async def test_notion_shakes_hands_and_signs_what_follows(start: Any, sink: Sink) -> None:
    simulator = await start()

    assert (await simulator.subscribe(sink.url))["status"] == 200
    page = {"parent": {"id": "p", "type": "page"}}
    await simulator.announce(happened("notion", "page.created", "page-1", data=page, times=2))
    await simulator.announce(happened("notion", "page.created", "page-1", forged=True))

    token = sink.told(0)["verification_token"]
    signed = [
        "sha256=" + hmac.new(token.encode(), body, hashlib.sha256).hexdigest()
        for body in sink.bodies
    ]
    assert sink.signatures[1:3] == signed[1:3]
    assert sink.bodies[1] == sink.bodies[2]
    assert sink.signatures[3] != signed[3]
    assert (sink.told(1)["type"], sink.told(1)["data"]) == ("page.created", page)
    assert sink.told(1)["entity"] == {"id": "page-1", "type": "page"}


async def test_a_delivery_that_fails_is_told_and_remembered(
    start: Any, client: Any, sink: Sink
) -> None:
    simulator = await start()
    figma = await client(simulator, "figma")
    hook = await registered(figma, sink)
    elsewhere = await registered(figma, sink, endpoint="https://us.example/hook")
    sink.status = 503

    given = await simulator.announce(happened("figma", "FILE_UPDATE", "torii-gate"))

    assert [each.get("status") for each in given["deliveries"]] == [503, None]
    (latest, _) = (await figma.get(f"/v2/webhooks/{hook}/requests")).json()["requests"]
    assert latest["response_info"]["status"] == "503"
    (latest, _) = (await figma.get(f"/v2/webhooks/{elsewhere}/requests")).json()["requests"]
    assert "not on this machine" in latest["error_msg"]


async def test_what_cannot_happen_is_refused(start: Any) -> None:
    simulator = await start()
    with pytest.raises(InvalidInput, match="FILE_EATEN"):
        await simulator.announce(happened("figma", "FILE_EATEN", "torii-gate"))
    with pytest.raises(InvalidInput, match="nowhere"):
        await simulator.announce(happened("figma", "FILE_UPDATE", "nowhere"))


async def test_events_are_scripted_over_http_and_forgotten_with_the_rest(
    start: Any, sink: Sink
) -> None:
    simulator = await start()
    url = (await simulator.status())["url"] + "/_simulator"
    event = {"vendor": "notion", "type": "page.deleted", "subject": "page-1"}
    async with httpx.AsyncClient() as http:
        await http.post(f"{url}/subscriptions", json={"endpoint": sink.url})
        sent = await http.post(f"{url}/events", json=event)
        refused = await http.post(f"{url}/events", json={"vendor": "acme"})
        await http.post(f"{url}/reset")
        after = await http.post(f"{url}/events", json=event)

    assert sent.json() == {"deliveries": [{"endpoint": sink.url, "status": 200}]}
    assert refused.status_code == 422
    assert "subject" in refused.text
    assert after.json() == {"deliveries": []}
