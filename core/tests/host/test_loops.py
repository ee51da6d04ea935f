"""A service whose loops fail is not well, whatever its tools do, and says so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar

from pydantic import SecretStr

from interlock.sdk import Event, NeedsAttention, Retryable, Service, Settings, poll
from interlock.testing import VirtualWorld

from .doubles import Hosting, spec


class Secret(Settings):
    key: SecretStr = SecretStr("s3cret-value")


class Consuming(Service[Secret]):
    error: ClassVar[Exception | None] = None

    def consumers(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        return {"lines": self._lines}

    async def _lines(self) -> None:
        if self.error is not None:
            raise self.error
        await self.world.sleep(1e9)


async def test_a_consumer_that_fails_is_told_until_it_has_lived_for_a_while(
    virtual: VirtualWorld,
) -> None:
    Consuming.error = NeedsAttention("s3cret-value was refused", hint="get another key")
    async with Hosting(virtual, Consuming) as hosting:
        await hosting.start(spec("consuming", settings=Secret()))
        await virtual.advance(1.0)
        told = hosting.health("consuming")
        assert told["state"] == "ready"
        assert told["reason"] == "consumer lines fails: *** was refused"
        assert told["hint"] == "get another key"
        Consuming.error = None
        await virtual.advance(15.0)
        assert hosting.health("consuming")["reason"]
        await virtual.advance(30.0)
        assert hosting.health("consuming")["reason"] == ""


async def test_what_a_bug_says_is_for_the_log(virtual: VirtualWorld) -> None:
    Consuming.error = ValueError("s3cret-value")
    async with Hosting(virtual, Consuming) as hosting:
        await hosting.start(spec("consuming", settings=Secret()))
        await virtual.advance(1.0)
        assert hosting.health("consuming")["reason"] == "consumer lines fails: ValueError"


async def test_a_poll_without_a_cursor_is_told_what_it_should_return(virtual: VirtualWorld) -> None:
    class Polled(Service[Settings]):
        @poll(every=10.0)
        async def look(self, cursor: Any) -> Any:
            return []

    async with Hosting(virtual, Polled) as hosting:
        await hosting.start("polled")
        await virtual.advance(1.0)
        told = "poll look fails: look() returned a list, not (events, cursor)"
        assert hosting.health("polled")["reason"] == told


async def test_a_poll_that_fails_is_told_until_it_succeeds(virtual: VirtualWorld) -> None:
    class Polled(Service[Settings]):
        fails: ClassVar[bool] = True

        @poll(every=10.0)
        async def look(self, cursor: Any) -> tuple[list[Event], Any]:
            if self.fails:
                raise Retryable("not now")
            return [], None

    async with Hosting(virtual, Polled) as hosting:
        await hosting.start("polled")
        await virtual.advance(1.0)
        assert hosting.health("polled")["reason"] == "poll look fails: not now"
        Polled.fails = False
        await virtual.advance(20.0)
        assert hosting.health("polled")["reason"] == ""
