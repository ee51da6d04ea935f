"""Whatever tools do and callers want: nothing stays taken, and no bound is passed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from heapq import heappop
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from interlock.calls import (
    BoundTool,
    Call,
    Gates,
    Guarded,
    OutcomeRecord,
    compile_pipeline,
)
from interlock.calls.outcome import classify
from interlock.sdk import (
    BreakerPolicy,
    CachePolicy,
    Facts,
    FallbackPolicy,
    FaultPolicy,
    InterlockError,
    NeedsAttention,
    Policies,
    Rate,
    RatePolicy,
    Rejected,
    Retryable,
    RetryPolicy,
    Throttled,
)
from interlock.sdk.context import running_call
from interlock.telemetry import Telemetry
from interlock.testing import VirtualWorld, settle

HAIR = 1e-5
TOOL = Facts(effect="read", idempotent=True, cacheable=True)


class Crowded(VirtualWorld):
    """All that falls due at one moment happens before anybody goes on."""

    async def advance(self, seconds: float) -> None:
        until = self._now + seconds
        await settle()
        while self._due and self._due[0].at <= until:
            self._now = max(self._now, self._due[0].at)
            while self._due and self._due[0].at <= self._now:
                due = heappop(self._due)
                if not due.cancelled:
                    due.callback()
            await settle()
        self._now = until


class Fatal(BaseException):
    """No Exception, as what ends a process."""


ENDS: dict[str, Callable[[], BaseException | None]] = {
    "ok": lambda: None,
    "down": lambda: Retryable("down"),
    "not sent": lambda: Retryable("no connection", sent=False),
    "later": lambda: Retryable("down", retry_after=2.0),
    "slower": lambda: Throttled("slower"),
    "much slower": lambda: Throttled("slower", retry_after=3.0),
    "wrong": lambda: Rejected("no"),
    "locked": lambda: NeedsAttention("token"),
    "bug": lambda: KeyError("x"),
    "fatal": Fatal,
}


@dataclass(frozen=True)
class Behaviour:
    """Of one attempt: how long it takes, how it ends, whether it lets itself be cancelled."""

    seconds: float
    end: str
    stubborn: bool


@dataclass(frozen=True)
class Caller:
    comes: float
    patience: float
    leaves: float | None
    page: int


@dataclass
class Sent:
    """One attempt as the service saw it."""

    call: Call
    at: float
    until: float = float("inf")
    probe_of: object = None


@dataclass
class Play:
    policies: Policies
    behaviours: list[Behaviour]
    world: VirtualWorld
    telemetry: Telemetry = field(default_factory=Telemetry)
    records: list[OutcomeRecord] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    most_at_once: int = 0
    most_probes: int = 0
    holds: list[tuple[float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gates = Gates("svc", self.world)

    def pipeline(self) -> Guarded:
        return compile_pipeline(
            BoundTool("svc.tool", "svc", TOOL, self.policies, self.tool),
            self.gates,
            world=self.world,
            telemetry=self.telemetry,
            on_outcome=self.records.append,
        )

    async def tool(self, call: Call) -> str:
        behaviour = self.behaviours[len(self.sent) % len(self.behaviours)]
        sent = Sent(call, self.world.monotonic())
        if self.policies.breaker and call.permit.name == "half-opened":
            sent.probe_of = call.permit
        self.sent.append(sent)
        self._count()
        try:
            await self._take(behaviour)
        finally:
            sent.until = self.world.monotonic()
        error = ENDS[behaviour.end]()
        if error is None:
            return "ok"
        if isinstance(error, Throttled):
            now = self.world.monotonic()
            self.holds.append((now, now + (error.retry_after or 1.0)))
        raise error

    async def _take(self, behaviour: Behaviour) -> None:
        try:
            await self.world.sleep(behaviour.seconds)
        except asyncio.CancelledError:
            if not behaviour.stubborn:
                raise
            await self.world.sleep(0.1)

    def _count(self) -> None:
        under_way = [sent for sent in self.sent if sent.until == float("inf")]
        self.most_at_once = max(self.most_at_once, len(under_way))
        for sent in under_way:
            if sent.probe_of is not None:
                probes = sum(other.probe_of is sent.probe_of for other in under_way)
                self.most_probes = max(self.most_probes, probes)

    async def run(self, callers: list[Caller]) -> list[Any]:
        pipeline = self.pipeline()
        tasks = [asyncio.ensure_future(self._call(pipeline, caller)) for caller in callers]
        await settle()
        while not all(task.done() for task in tasks):
            due = self.world.next_due()
            assert due is not None, f"somebody waits for nothing: {self.gates.standing}"
            assert due < 1000.0, "somebody waits for ever"
            await self.world.advance(max(0.0, due - self.world.monotonic()))
        self.telemetry.close()
        return await asyncio.gather(*tasks, return_exceptions=True)

    async def _call(self, pipeline: Guarded, caller: Caller) -> Any:
        await self.world.sleep(caller.comes)
        patience = min(caller.patience, self.policies.deadline or caller.patience)
        deadline = self.world.monotonic() + patience
        call = Call("svc.tool", {"page": caller.page}, deadline, self.world.new_id())
        task = asyncio.ensure_future(self._in_context(pipeline(call)))
        # As the host and an actor's mailbox do.
        self.world.call_later(patience, task.cancel)
        if caller.leaves is not None:
            self.world.call_later(caller.leaves, task.cancel)
        return await task

    async def _in_context(self, call: Awaitable[Any]) -> Any:
        try:
            return await call
        finally:
            assert running_call.get(None) is None, "the call is still the current one"


def seconds(most: float) -> st.SearchStrategy[float]:
    return st.integers(0, int(most * 8)).map(lambda eighths: eighths / 8)


BEHAVIOURS = st.lists(
    st.builds(Behaviour, seconds(3), st.sampled_from(sorted(ENDS)), st.booleans()),
    min_size=1,
    max_size=12,
)
CALLERS = st.lists(
    st.builds(
        Caller,
        comes=seconds(6),
        patience=seconds(12).map(lambda long: long + 0.25),
        leaves=st.none() | seconds(6),
        page=st.integers(1, 6),
    ),
    min_size=1,
    max_size=12,
)
RATES = st.builds(
    lambda limit, period, burst: RatePolicy(limit=Rate(limit, period), burst=burst),
    st.integers(1, 4),
    st.sampled_from([1.0, 3.0]),
    st.none() | st.integers(1, 4),
)
POLICIES = st.builds(
    Policies,
    deadline=st.none() | seconds(5).map(lambda some: some + 0.5),
    cache=st.none() | st.builds(CachePolicy, ttl=seconds(3), stale_if_error=seconds(3)),
    fallback=st.sampled_from([None, FallbackPolicy(value="else"), FallbackPolicy(cached=True)]),
    retry=st.none()
    | st.builds(
        RetryPolicy, attempts=st.integers(1, 4), backoff=seconds(1), budget=st.sampled_from([0, 1])
    ),
    breaker=st.none()
    | st.builds(
        BreakerPolicy,
        minimum_calls=st.integers(1, 3),
        open_for=seconds(2).map(lambda some: some + 0.125),
        probes=st.integers(1, 2),
        successes=st.integers(1, 3),
        slow_call=st.none() | seconds(2),
    ),
    concurrency=st.none() | st.integers(1, 3),
    rate=st.lists(RATES, max_size=2, unique_by=lambda rate: rate.limit).map(tuple),
    attempt_timeout=st.none() | seconds(2).map(lambda some: some + 0.125),
    fault=st.none() | st.builds(FaultPolicy, error_rate=st.just(0.3), latency=seconds(1)),
)


@given(
    policies=POLICIES,
    behaviours=BEHAVIOURS,
    callers=CALLERS,
    world=st.sampled_from([VirtualWorld, Crowded]),
)
def test_no_bound_is_passed_and_nothing_stays_taken(
    policies: Policies,
    behaviours: list[Behaviour],
    callers: list[Caller],
    world: type[VirtualWorld],
) -> None:
    play = Play(policies, behaviours, world())
    results = asyncio.run(play.run(callers))

    nothing_stays_taken(play)
    every_call_ends_once(play, results)
    no_attempt_is_out_of_bounds(play)
    the_pace_holds(play)


def nothing_stays_taken(play: Play) -> None:
    in_use = play.gates.health()["concurrency"]
    assert (in_use["in_flight"], in_use["waiting"]) == (0, 0)
    assert play.gates.standing == {}
    assert play.gates.cache.flights == {}
    assert all(budget["waiting"] == 0 for budget in play.gates.health()["rate"]["budgets"])
    if play.policies.breaker:
        breaker = play.gates.breaker(play.policies.breaker)
        assert breaker.state != "half-open" or breaker._probes == 0


def every_call_ends_once(play: Play, results: list[Any]) -> None:
    ends = (str, InterlockError, asyncio.CancelledError, Fatal)
    assert all(isinstance(result, ends) for result in results), results
    errors = [result if isinstance(result, BaseException) else None for result in results]
    # A caller who left before his turn of the loop never called.
    called = len(play.records)
    assert called <= len(results)
    outcomes = play.gates.health()["outcomes"]
    assert sum(outcomes.values()) == called
    left = sum(isinstance(error, asyncio.CancelledError) for error in errors)
    assert len(results) - called <= left
    told = sorted(record.outcome for record in play.records)
    expected = sorted(map(classify, errors))
    for _ in range(len(results) - called):
        expected.remove(classify(asyncio.CancelledError()))
    assert told == expected


def no_attempt_is_out_of_bounds(play: Play) -> None:
    policies = play.policies
    attempts = policies.retry.attempts if policies.retry else 1
    assert all(record.attempts <= attempts for record in play.records)
    for sent in play.sent:
        assert sum(other.call is sent.call for other in play.sent) <= attempts
        assert sent.at <= sent.call.deadline
    assert play.most_at_once <= (policies.concurrency or len(play.sent))
    assert play.most_probes <= (policies.breaker.probes if policies.breaker else 0)


def the_pace_holds(play: Play) -> None:
    # An injected latency comes between the pace and the service.
    latest = play.policies.fault.latency if play.policies.fault else 0.0
    for begin, end in play.holds:
        assert not [sent.at for sent in play.sent if begin + latest < sent.at < end - HAIR]
    for rate in play.policies.rate or () if not latest else ():
        limit, period = rate.limit
        for sent in play.sent:
            window = [other for other in play.sent if 0 <= other.at - sent.at < period - HAIR]
            assert len(window) <= limit
