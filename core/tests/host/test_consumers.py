"""Consumers of a service: their loops are kept running, and no message is given up early."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from interlock.sdk import ConsumeSettings, Intake, Message, Retryable, Service, Settings
from interlock.testing import VirtualWorld

from .doubles import Hosting


async def test_a_consumer_that_fails_is_started_again(virtual: VirtualWorld) -> None:
    verdicts: list[str] = []

    class Consuming(Service[Settings]):
        def consumers(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
            return {"orders": self._orders}

        async def _orders(self) -> None:
            intake = Intake(self.context, ConsumeSettings(event="ordered", id="no", key="to.name"))
            bodies = (b'{"no": 7, "to": {"name": "Ada"}}', b"not json", b"{}")
            verdicts.extend([(await intake.take(Message("orders", each))).kind for each in bodies])
            raise Retryable("the connection is lost")

    async with Hosting(virtual, Consuming) as hosting:
        await hosting.start("consuming")
        await virtual.advance(0.1)
        assert verdicts == ["done", "dead", "dead"]
        await virtual.advance(1.0)

    assert verdicts == ["done", "dead", "dead"] * 2
    event, source = hosting.events[0]
    assert (source, event.name, event.key) == ("consuming", "consuming.ordered", "Ada")
    assert event.id == "consuming.ordered:orders:7" == hosting.events[1][0].id
