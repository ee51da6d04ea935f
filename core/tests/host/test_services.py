"""Services that fail to come up, break, or come back; calls always get an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import anyio
import pytest

from interlock.host import PluginState
from interlock.sdk import (
    ActorRestarted,
    ActorStopped,
    BreakerPolicy,
    CircuitOpen,
    DeadlineExceeded,
    Event,
    FallbackPolicy,
    InvalidInput,
    NeedsAttention,
    NotFound,
    Policies,
    Retryable,
    Service,
    ServiceBug,
    ServiceUnavailable,
    Settings,
    ToolSpec,
    WebhookReply,
    WebhookRequest,
    current_call,
    on_event,
    poll,
    tool,
    webhook,
)
from interlock.testing import VirtualWorld
from interlock.testing.world import settle

from .doubles import Hosting, spec


class Steady(Service[Settings]):
    @tool(effect="read")
    async def answer(self, question: str, depth: int = 1) -> dict[str, Any]:
        return {"question": question, "depth": depth, "key": current_call().idempotency_key}


class Recorded(Service[Settings]):
    """Writes down what happens to its instances; a subclass says what goes wrong."""

    story: ClassVar[list[str]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.story = []

    async def start(self) -> None:
        self.story.append("start")

    async def stop(self) -> None:
        self.story.append("stop")

    @tool(effect="read")
    async def go(self) -> str:
        return "gone"


async def test_a_call_reaches_the_method_and_its_result_comes_back(virtual: VirtualWorld) -> None:
    async with Hosting(virtual, Steady) as hosting:
        host = await hosting.start("steady")
        result = await host.call("steady.answer", {"question": "why"}, idempotency_key="k")

    assert result == {"question": "why", "depth": 1, "key": "k"}
    assert [outcome.tool for outcome in hosting.outcomes] == ["steady.answer"]


async def test_wrong_arguments_are_refused_before_anything_is_spent(
    virtual: VirtualWorld,
) -> None:
    async with Hosting(virtual, Steady) as hosting:
        host = await hosting.start("steady")
        with pytest.raises(InvalidInput, match="question"):
            await host.call("steady.answer", {"depth": "deep"})


async def test_a_service_that_raises_in_init_waits_with_the_reason(virtual: VirtualWorld) -> None:
    class Broken(Recorded):
        def __init__(self, *given: Any) -> None:
            raise ZeroDivisionError("oops")

    async with Hosting(virtual, Broken, Steady) as hosting:
        host = await hosting.start("broken", "steady")

        assert hosting.health("broken")["state"] == "waiting"
        with pytest.raises(
            ServiceUnavailable, match=r"__init__\(\) raised ZeroDivisionError: oops"
        ):
            await host.call("broken.go", {})
        assert await host.call("steady.answer", {"question": "?"})


async def test_a_service_that_raises_in_start_is_stopped_and_tried_again(
    virtual: VirtualWorld,
) -> None:
    class Broken(Recorded):
        async def start(self) -> None:
            await super().start()
            if len(self.story) < 5:
                raise Retryable("not yet", retry_after=7.0)

    async with Hosting(virtual, Broken) as hosting:
        host = await hosting.start("broken")
        assert hosting.health("broken")["retry_after"] == 7.0
        await virtual.advance(7.0)
        assert hosting.health("broken")["state"] == "waiting"
        await virtual.advance(7.0)

        assert await host.call("broken.go", {}) == "gone"
        assert Broken.story == ["start", "stop", "start", "stop", "start"]
    assert Broken.story[-1] == "stop"


async def test_who_calls_while_a_service_is_tried_again_is_told_to_come_back_soon(
    virtual: VirtualWorld,
) -> None:
    class Slow(Recorded):
        async def start(self) -> None:
            await super().start()
            if self.story.count("start") == 1:
                raise Retryable("connection refused")
            await virtual.sleep(20.0)

    async with Hosting(virtual, Slow) as hosting:
        host = await hosting.start("slow")
        await virtual.advance(1.0)

        with pytest.raises(
            ServiceUnavailable, match="slow is being tried again: connection refused"
        ) as raised:
            await host.call("slow.go", {})
        assert raised.value.retry_after == 1.0
        await virtual.advance(20.0)
        assert await host.call("slow.go", {}) == "gone"


async def test_pauses_grow_while_a_service_stays_away(virtual: VirtualWorld) -> None:
    class Away(Recorded):
        async def check(self) -> None:
            raise Retryable("away")

    async with Hosting(virtual, Away) as hosting:
        await hosting.start("away")
        pauses = []
        for _ in range(8):
            pauses.append(hosting.health("away")["retry_after"])
            await virtual.advance(pauses[-1])

    assert pauses[0] <= 1.0
    assert pauses[4] > pauses[0]
    assert all(30.0 <= pause <= 60.0 for pause in pauses[-2:])


async def test_a_service_that_hangs_in_start_is_given_up_and_delays_nobody(
    virtual: VirtualWorld,
) -> None:
    class Hanging(Recorded):
        async def start(self) -> None:
            await super().start()
            await asyncio.Event().wait()

    async with Hosting(virtual, Hanging, Steady) as hosting:
        starting = asyncio.create_task(hosting.start("hanging", "steady"))
        await settle(100)
        assert await hosting.host.call("steady.answer", {"question": "?"})

        await virtual.advance(5.0)
        host = await starting
        asking = asyncio.create_task(host.call("hanging.go", {}, timeout=60.0))
        await virtual.advance(25.0)

        assert hosting.health("hanging")["state"] == "waiting"
        with pytest.raises(ServiceUnavailable, match=r"start\(\): not done after 30 s"):
            await asking
        assert Hanging.story == ["start", "stop"]


async def test_a_service_that_needs_a_person_says_so_to_callers(virtual: VirtualWorld) -> None:
    class Expired(Recorded):
        async def check(self) -> None:
            raise NeedsAttention("the token has expired", hint="make a new one")

    async with Hosting(virtual, Expired) as hosting:
        host = await hosting.start("expired")
        record = host.plugins[0]

        assert hosting.health("expired")["state"] == "needs-attention"
        assert record.state is PluginState.NEEDS_ATTENTION
        assert record.hint == "make a new one"
        with pytest.raises(NeedsAttention, match="the token has expired"):
            await host.call("expired.go", {})


async def test_calls_wait_for_the_first_start(virtual: VirtualWorld) -> None:
    ready = asyncio.Event()

    class Slow(Recorded):
        async def start(self) -> None:
            await ready.wait()

    async with Hosting(virtual, Slow) as hosting:
        host = await hosting.start("slow", settle=0.0)
        asking = asyncio.create_task(host.call("slow.go", {}))
        await settle()
        ready.set()

        assert await asking == "gone"


async def test_a_fallback_answers_for_a_service_that_is_away(virtual: VirtualWorld) -> None:
    class Away(Recorded):
        async def check(self) -> None:
            raise Retryable("away")

    policies = Policies(fallback=FallbackPolicy(tool="steady.answer"))
    async with Hosting(virtual, Away, Steady) as hosting:
        host = await hosting.start(spec("away", policies=policies), "steady")
        with pytest.raises(InvalidInput):
            await host.call("away.go", {})

        await host.services.start(
            {"away": spec("away", policies=Policies(fallback=FallbackPolicy(value="instead")))}
        )
        assert await host.call("away.go", {}) == "instead"


async def test_an_unknown_service_type_is_reported_with_why(virtual: VirtualWorld) -> None:
    async with Hosting(virtual, Steady) as hosting:
        host = await hosting.start("steady", "mail")

        assert hosting.health("mail")["state"] == "failed"
        with pytest.raises(ServiceUnavailable, match="no plugin offers the service type 'mail'"):
            await host.call("mail.send", {})


async def test_an_error_outside_of_the_tree_is_the_plugins_bug(virtual: VirtualWorld) -> None:
    class Buggy(Service[Settings]):
        @tool(effect="read")
        async def go(self) -> int:
            return {}["missing"]  # type: ignore[no-any-return]

        @tool(effect="read")
        async def lie(self) -> int:
            return "no number"  # type: ignore[return-value]

    async with Hosting(virtual, Buggy) as hosting:
        host = await hosting.start("buggy")
        with pytest.raises(ServiceBug, match="KeyError"):
            await host.call("buggy.go", {})


async def test_a_lost_session_makes_a_new_instance_and_the_gates_remember(
    virtual: VirtualWorld,
) -> None:
    class SessionLost(Retryable):
        code = "session-lost"

    waiting = asyncio.Event()

    class Session(Recorded):
        restart_on = (SessionLost,)

        @tool(effect="write")
        async def wait(self) -> None:
            waiting.set()
            await asyncio.Event().wait()

        @tool(effect="write")
        async def lose(self) -> None:
            raise SessionLost("lost")

    policies = Policies(breaker=BreakerPolicy(minimum_calls=1, failure_rate=0.1, open_for=1000.0))
    async with Hosting(virtual, Session) as hosting:
        host = await hosting.start(spec("session", tool_policies={"lose": policies}))
        in_flight = asyncio.create_task(host.call("session.wait", {}))
        await waiting.wait()
        with pytest.raises(SessionLost):
            await host.call("session.lose", {})
        with pytest.raises(ActorRestarted):
            await in_flight
        await virtual.advance(1.0)

        assert await host.call("session.go", {}) == "gone"
        assert Session.story == ["start", "stop", "start"]
        with pytest.raises(CircuitOpen):
            await host.call("session.lose", {})


async def test_the_callers_deadline_ends_the_call(virtual: VirtualWorld) -> None:
    class Slow(Service[Settings]):
        @tool(effect="read")
        async def go(self) -> float:
            left = current_call().remaining()
            await self.world.sleep(100.0)
            return left

    async with Hosting(virtual, Slow) as hosting:
        host = await hosting.start("slow")
        asking = asyncio.create_task(host.call("slow.go", {}, timeout=2.0))
        await virtual.advance(2.1)
        with pytest.raises(DeadlineExceeded):
            await asking
        with pytest.raises(DeadlineExceeded, match="no time is left"):
            await host.call("slow.go", {}, deadline=virtual.monotonic())


async def test_the_policies_deadline_wins_when_it_is_earlier(virtual: VirtualWorld) -> None:
    class Asked(Service[Settings]):
        @tool(effect="read", policies=Policies(deadline=5.0))
        async def bounded(self) -> float:
            return current_call().remaining()

        @tool(effect="read")
        async def free(self) -> float:
            return current_call().remaining()

    async with Hosting(virtual, Asked) as hosting:
        host = await hosting.start("asked")

        assert await host.call("asked.bounded", {}, timeout=60.0) == 5.0
        assert await host.call("asked.bounded", {}, timeout=2.0) == 2.0
        assert await host.call("asked.free", {}, timeout=90.0) == 90.0
        assert await host.call("asked.free", {}) == 30.0


async def test_calls_of_one_ordering_key_go_one_after_another(virtual: VirtualWorld) -> None:
    running: list[str] = []
    together: list[tuple[str, ...]] = []

    class Ordered(Service[Settings]):
        @tool(effect="write", ordering_key="room")
        async def say(self, room: str) -> None:
            running.append(room)
            together.append(tuple(running))
            await asyncio.sleep(0)
            running.remove(room)

    async with Hosting(virtual, Ordered) as hosting:
        host = await hosting.start("ordered")
        await asyncio.gather(*(host.call("ordered.say", {"room": r}) for r in "aabbaabb"))

    assert all(len(set(rooms)) == len(rooms) for rooms in together)
    assert any(len(rooms) == 2 for rooms in together)


async def test_a_detached_tool_goes_on_without_its_caller(virtual: VirtualWorld) -> None:
    ended = asyncio.Event()

    class Detached(Service[Settings]):
        @tool(effect="write", detached=True)
        async def go(self) -> None:
            await self.world.sleep(1.0)
            ended.set()

    async with Hosting(virtual, Detached) as hosting:
        host = await hosting.start("detached")
        asking = asyncio.create_task(host.call("detached.go", {}))
        await settle()
        asking.cancel()
        await virtual.advance(1.0)

        assert ended.is_set()


async def test_starting_again_touches_only_what_has_changed(virtual: VirtualWorld) -> None:
    class Kept(Recorded):
        pass

    class Changed(Recorded):
        pass

    async with Hosting(virtual, Kept, Changed, Steady) as hosting:
        await hosting.start("kept", "changed", "steady")
        host = await hosting.start("kept", spec("changed", policies=Policies(deadline=1.0)))

        assert Kept.story == ["start"]
        assert Changed.story == ["start", "stop", "start"]
        assert host.catalog.get("changed.go").policies.deadline == 1.0
        with pytest.raises(NotFound):
            await host.call("steady.answer", {"question": "?"})


async def test_a_restart_on_request_makes_a_new_instance(virtual: VirtualWorld) -> None:
    class Again(Recorded):
        pass

    async with Hosting(virtual, Again) as hosting:
        host = await hosting.start("again")
        await host.services.restart("again")

        assert await host.call("again.go", {}) == "gone"
        assert Again.story == ["start", "stop", "start"]


async def test_calls_wait_for_the_service_that_takes_the_place_of_another(
    virtual: VirtualWorld,
) -> None:
    class Slow(Recorded):
        leave = anyio.Event()

        async def stop(self) -> None:
            await self.leave.wait()

        @tool(effect="write")
        async def write(self) -> str:
            return "written"

    async with Hosting(virtual, Slow) as hosting:
        host = await hosting.start("slow")
        restarting = asyncio.create_task(host.services.restart("slow"))
        await settle()
        calling = asyncio.create_task(host.call("slow.write", {}))
        hurried = asyncio.create_task(host.call("slow.write", {}, timeout=1.0))
        await settle()
        assert not calling.done()
        await virtual.advance(2.0)
        with pytest.raises(ActorStopped):
            await hurried
        Slow.leave.set()
        await restarting
        assert await calling == "written"


async def test_a_failing_stop_does_not_keep_the_others_from_stopping(
    virtual: VirtualWorld,
) -> None:
    class Stubborn(Recorded):
        async def stop(self) -> None:
            raise RuntimeError("I will not")

    class Meek(Recorded):
        pass

    async with Hosting(virtual, Stubborn, Meek) as hosting:
        await hosting.start("stubborn", "meek")

    assert Meek.story == ["start", "stop"]


async def test_an_instance_may_decide_which_tools_there_are(virtual: VirtualWorld) -> None:
    class Proxy(Recorded):
        def tools(self) -> Mapping[str, ToolSpec]:
            own = super().tools()
            return own | {"further": replace(own["go"], name="further")}

    async with Hosting(virtual, Proxy) as hosting:
        host = await hosting.start("proxy")

        assert [entry.name for entry in host.catalog] == ["proxy.further", "proxy.go"]
        assert await host.call("proxy.further", {}) == "gone"


async def test_the_gates_count_what_has_been_called(virtual: VirtualWorld) -> None:
    async with Hosting(virtual, Steady) as hosting:
        host = await hosting.start("steady")
        await host.call("steady.answer", {"question": "?"})
        await host.services.restart("steady")
        await host.call("steady.answer", {"question": "?"})

        assert hosting.health("steady")["gates"]["calls"] == 2


# -- events ------------------------------------------------------------------------------------


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
