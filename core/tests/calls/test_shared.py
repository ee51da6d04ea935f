"""Gates that several daemons share through a store, and what they do without it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from interlock.calls import Gates, Shared
from interlock.sdk import (
    BreakerPolicy,
    CachePolicy,
    CircuitOpen,
    Facts,
    Policies,
    Rate,
    RateLimited,
    RatePolicy,
    Retryable,
    Throttled,
)
from interlock.testing import VirtualWorld, settle

from .conftest import Stage


class MemoryStore:
    """Keeps everything as a store does, on one virtual clock; ``gone`` makes it unreachable."""

    def __init__(self, world: VirtualWorld) -> None:
        self._world = world
        self._last: dict[str, float] = {}
        self._until: dict[str, float] = {}
        self.kept: dict[str, bytes] = {}
        self.gone = False
        self.up = asyncio.Event()
        self.up.set()
        self.asked = 0

    def _reached(self) -> float:
        self.asked += 1
        if self.gone:
            raise OSError("connection refused")
        return self._world.monotonic()

    async def reserve(
        self, budget: str, rate: Rate, burst: float, cost: float, within: float
    ) -> tuple[bool, float]:
        now = self._reached()
        at = max(now, self._last.get(budget, -1e9) + rate.period / rate.limit)
        if at - now <= within:
            self._last[budget] = at
        return at - now <= within, at - now

    async def tell(self, signal: str, seconds: float) -> None:
        self._until[signal] = self._reached() + seconds

    async def told(self) -> Mapping[str, float]:
        now = self._reached()
        return {signal: until - now for signal, until in self._until.items() if until > now}

    async def found(self) -> MemoryStore:
        await self.up.wait()
        return self

    async def get(self, key: str) -> bytes | None:
        self._reached()
        return self.kept.get(key)

    async def put(self, key: str, value: bytes, seconds: float) -> None:
        self._reached()
        self.kept[key] = value


@asynccontextmanager
async def sharing(*stages: Stage) -> AsyncIterator[MemoryStore]:
    """Let the stages be daemons with one store, on the first one's clock."""
    store = MemoryStore(stages[0].world)
    tasks = []
    for stage in stages:
        stage.world = stages[0].world
        shared = Shared(stage.world)
        shared.use("store", store.found, ["rate", "breaker", "cache"])
        stage.gates = Gates("svc", stage.world, shared=shared)
        tasks.append(asyncio.ensure_future(shared.run()))
    yield store
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def other() -> Stage:
    return Stage()


PACED = Policies(rate=(RatePolicy(limit=Rate(1, 1.0)),))
BREAKING = Policies(breaker=BreakerPolicy(minimum_calls=1, open_for=10.0, successes=1))


async def test_calls_of_all_daemons_wait_in_one_line(stage: Stage, other: Stage) -> None:
    async with sharing(stage, other):
        calls = [each.pipeline(PACED)(each.call()) for each in (stage, other) * 2]
        line = asyncio.gather(*calls)
        await settle()
        for sent in (1, 2, 3, 4):
            assert len(stage.reached) + len(other.reached) == sent
            await stage.world.advance(1.0)
        await line
        await stage.pipeline(PACED)(stage.call())
        with pytest.raises(RateLimited, match="past its deadline"):
            await other.pipeline(PACED)(other.call(seconds=0.5))


async def test_without_the_store_each_daemon_counts_alone(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    async with sharing(stage) as store:
        await stage.pipeline(PACED)(stage.call())
        store.gone = True
        # What went through the store counts here as well.
        with pytest.raises(RateLimited):
            await stage.pipeline(PACED)(stage.call(seconds=0.5))
        asked = store.asked
        for _ in range(3):
            await stage.finish(stage.pipeline(PACED)(stage.call()))
        assert store.asked == asked  # nobody waits for it again so soon
        assert [record.levelname for record in caplog.records] == ["WARNING"]
        store.gone = False
        await stage.world.advance(5.0)
        await stage.finish(stage.pipeline(PACED)(stage.call()))
        assert store.asked > asked
        assert stage.gates.health()["shared"]["reached"] is True


async def test_a_store_that_comes_up_is_waited_for(stage: Stage) -> None:
    async with sharing(stage) as store:
        store.up.clear()
        early = asyncio.ensure_future(stage.pipeline(PACED)(stage.call()))
        await stage.world.advance(3.0)
        assert not early.done()
        store.up.set()
        await stage.finish(early)
        assert store.asked


async def test_what_opens_here_opens_elsewhere(stage: Stage, other: Stage) -> None:
    async with sharing(stage, other):
        stage.answers = [Retryable("down")]
        with pytest.raises(Retryable):
            await stage.pipeline(BREAKING)(stage.call())
        elsewhere = other.pipeline(BREAKING)
        await stage.world.advance(1.5)
        with pytest.raises(CircuitOpen):
            await elsewhere(other.call())
        await stage.world.advance(10.0)
        assert await elsewhere(other.call()) == "ok"


async def test_a_hold_holds_everywhere(stage: Stage, other: Stage) -> None:
    async with sharing(stage, other):
        stage.answers = [Throttled("slow down", retry_after=60.0)]
        with pytest.raises(Throttled):
            await stage.pipeline(Policies())(stage.call())
        await stage.world.advance(1.5)
        with pytest.raises(RateLimited, match="asked everybody to wait"):
            await other.pipeline(Policies())(other.call())


async def test_a_result_is_asked_for_once(stage: Stage, other: Stage) -> None:
    cached = Policies(cache=CachePolicy(ttl=10.0))
    async with sharing(stage, other) as store:
        stage.answers, other.answers = [{"a": 1}], [{"a": 2}]
        facts = Facts(effect="read", idempotent=True, cacheable=True)
        assert await stage.pipeline(cached, facts)(stage.call(q=1)) == {"a": 1}
        assert await other.pipeline(cached, facts)(other.call(q=1)) == {"a": 1}
        await stage.world.advance(10.0)
        assert await other.pipeline(cached, facts)(other.call(q=1)) == {"a": 2}
        store.kept = dict.fromkeys(store.kept, b"not ours")
        await stage.world.advance(10.0)
        assert await other.pipeline(cached, facts)(other.call(q=1)) == {"a": 2}
        assert (len(stage.reached), len(other.reached)) == (1, 2)
