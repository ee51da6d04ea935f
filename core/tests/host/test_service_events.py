"""What services hear of the world beside calls: webhooks, events, polls."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from interlock.sdk import (
    Event,
    NotFound,
    Retryable,
    Service,
    ServiceBug,
    Settings,
    WebhookReply,
    WebhookRequest,
    on_event,
    poll,
    webhook,
)
from interlock.testing import VirtualWorld

from .doubles import Hosting


class Talkative(Service[Settings]):
    heard: ClassVar[list[Event]] = []

    @webhook("/deliveries")
    async def receive(self, request: WebhookRequest) -> list[Event]:
        return [Event("talkative.said", {"body": request.body.decode()}, id="1")]

    @webhook("broken")
    async def broken(self, request: WebhookRequest) -> Any:
        return {"not": "an event"}

    @on_event("mail.*")
    async def hear(self, event: Event) -> None:
        self.heard.append(event)


async def test_a_webhook_is_read_by_its_service(virtual: VirtualWorld) -> None:
    async with Hosting(virtual, Talkative) as hosting:
        host = await hosting.start("talkative")
        request = WebhookRequest(b"hello", {})
        reply = await host.receive_webhook("talkative", "deliveries", request)

        assert reply == WebhookReply((Event("talkative.said", {"body": "hello"}, id="1"),))
        with pytest.raises(NotFound):
            await host.receive_webhook("talkative", "other", request)
        with pytest.raises(NotFound):
            await host.receive_webhook("nobody", "", request)
        with pytest.raises(ServiceBug, match="not events"):
            await host.receive_webhook("talkative", "broken", request)


async def test_what_a_bug_of_a_webhook_says_is_for_the_log(
    virtual: VirtualWorld, caplog: pytest.LogCaptureFixture
) -> None:
    async with Hosting(virtual, Talkative) as hosting:
        host = await hosting.start("talkative")
        with pytest.raises(ServiceBug) as told:
            await host.receive_webhook("talkative", "deliveries", WebhookRequest(b"\xff", {}))

    assert told.value.message == "talkative: receive() raised UnicodeDecodeError"
    assert "invalid start byte" in caplog.text


async def test_a_service_hears_the_events_it_has_handlers_for(virtual: VirtualWorld) -> None:
    async with Hosting(virtual, Talkative) as hosting:
        host = await hosting.start("talkative")
        [(pattern, handler)] = host.event_handlers()
        event = Event("mail.came", {})
        await handler(event)

    assert pattern == "mail.*"
    assert Talkative.heard == [event]


async def test_a_poll_keeps_its_cursor_and_goes_on_after_an_error(virtual: VirtualWorld) -> None:
    class Polled(Service[Settings]):
        seen: ClassVar[list[Any]] = []

        @poll(every=10.0)
        async def look(self, cursor: Any) -> tuple[list[Event], Any]:
            self.seen.append(cursor)
            if len(self.seen) == 2:
                raise Retryable("not now")
            return [Event("polled.new", {"number": len(self.seen)})], len(self.seen)

    async with Hosting(virtual, Polled) as hosting:
        await hosting.start("polled")
        await virtual.advance(10.0)
        await virtual.advance(20.0)

    assert Polled.seen == [None, 1, 1]
    assert [event.payload["number"] for event, source in hosting.events] == [1, 3]
    assert hosting.stores.services["polled"].values == {"poll:look": 3}
