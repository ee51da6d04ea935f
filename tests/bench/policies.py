"""The guard rails around a tool that does nothing, beside the same duties chained by hand.

The peer puts together what a careful engineer would: stamina for retries, purgatory for the
breaker, aiolimiter for the pace, anyio for time-outs and the concurrency limit, and OpenTelemetry
for a span of the call, a span of the attempt and a histogram.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import contextmanager
from statistics import median
from typing import Any

import anyio
import httpx
import stamina
from aiolimiter import AsyncLimiter
from bench.harness import Result, Settings, paired, within_budget
from bench.http import loopback_server
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from purgatory import AsyncCircuitBreakerFactory

from interlock.calls import BoundTool, Call, Gates, compile_pipeline, defaults
from interlock.sdk import Facts, FallbackPolicy, Policies, Rate, RatePolicy, RealWorld
from interlock.telemetry import Telemetry, TelemetryOptions

CALLS = 20_000
BUDGET_MICROSECONDS = 60.0
_FAST = Rate(1_000_000_000, 1.0)

Repeated = Callable[[int], Awaitable[None]]


class Discard(SpanExporter):
    """Spans are batched and handed over as in earnest, then thrown away."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return SpanExportResult.SUCCESS


async def nothing(call: Call) -> int:
    return 1


@contextmanager
def ours(sample_ratio: float, method: Callable[[Call], Awaitable[Any]] = nothing) -> Any:
    """Calls through the whole pipeline, everything on."""
    world = RealWorld()
    telemetry = Telemetry(
        TelemetryOptions(sample_ratio=sample_ratio), processors=[BatchSpanProcessor(Discard())]
    )
    wishes = Policies(
        rate=(RatePolicy(limit=Rate(1_000_000, 1.0), burst=1_000_000),),
        attempt_timeout=10.0,
        fallback=FallbackPolicy(value=None),
    )

    tool = BoundTool(
        "bench.nothing",
        "bench",
        Facts(effect="read", idempotent=True),
        defaults().under(wishes),
        method,
    )
    pipeline = compile_pipeline(tool, Gates("bench", world), world=world, telemetry=telemetry)

    async def repeat(count: int) -> None:
        for _ in range(count):
            deadline = world.monotonic() + 30.0
            await pipeline(Call("bench.nothing", {}, deadline, "k"))

    try:
        yield repeat
    finally:
        telemetry.close()


@contextmanager
def chained() -> Any:
    """The same duties with the packages as they come."""
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(Discard()))
    tracer = provider.get_tracer("bench")
    meters = MeterProvider()
    histogram = meters.get_meter("bench").create_histogram("duration")
    breakers = AsyncCircuitBreakerFactory(default_threshold=5, default_ttl=30)
    slots = anyio.CapacityLimiter(32)
    pace = AsyncLimiter(_FAST.limit, _FAST.period)
    attributes = {"service": "bench", "tool": "bench.nothing"}

    async def nothing() -> int:
        return 1

    @stamina.retry(on=OSError, attempts=4)
    async def attempt() -> int:
        with tracer.start_as_current_span("attempt", attributes=attributes):
            async with await breakers.get_breaker("bench"), slots, pace:
                with anyio.fail_after(10.0):
                    return await nothing()

    async def call() -> int:
        began = time.perf_counter()
        with tracer.start_as_current_span("call", attributes=attributes):
            try:
                with anyio.fail_after(30.0):
                    return await attempt()
            finally:
                histogram.record(time.perf_counter() - began, attributes)

    async def repeat(count: int) -> None:
        for _ in range(count):
            await call()

    try:
        yield repeat
    finally:
        provider.shutdown()
        meters.shutdown()


async def microseconds(repeat: Repeated, count: int) -> float:
    began = time.perf_counter()
    await repeat(count)
    return (time.perf_counter() - began) / count * 1e6


async def stack(settings: Settings) -> list[Result]:
    """Always-on spans against the chain, and against the budget at two sampling ratios."""
    count = settings.scaled(CALLS)
    with ours(1.0) as own, ours(0.1) as sampled, chained() as peer:
        for warm_up in (own, sampled, peer):
            await warm_up(500)
        return [
            await paired(
                "policies.stack.vs_chained",
                lambda: microseconds(own, count),
                lambda: microseconds(peer, count),
                unit="us/call",
                runs=settings.runs,
                lower_is_better=True,
            ),
            await within_budget(
                "policies.stack_us",
                lambda: microseconds(own, count),
                BUDGET_MICROSECONDS,
                unit="us/call",
                runs=settings.runs,
            ),
            await within_budget(
                "policies.stack_sampled_us",
                lambda: microseconds(sampled, count),
                BUDGET_MICROSECONDS,
                unit="us/call",
                runs=settings.runs,
            ),
        ]


async def on_a_get(settings: Settings) -> list[Result]:
    """What the guard rails add to a loopback GET of httpx, in percent of it."""
    with loopback_server() as url:
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:

            async def get(call: Call) -> int:
                return (await client.get("/")).status_code

            async def bare(count: int) -> None:
                call = Call("bench.nothing", {}, 0.0, "k")
                for _ in range(count):
                    await get(call)

            results = []
            # One after the other: the exporter of one must not work in the other's time.
            for name, sample_ratio, budget in (("always", 1.0, 15.0), ("sampled", 0.1, 5.0)):
                with ours(sample_ratio, get) as guarded:
                    shares = [await in_turns(guarded, bare, settings) for _ in range(settings.runs)]
                added = max(0.1, (median(shares) - 1) * 100)
                name = f"policies.get_percent.{name}"
                results.append(Result(name, added, budget, budget / added, "%", settings.runs))
    return results


async def in_turns(guarded: Repeated, bare: Repeated, settings: Settings) -> float:
    """How many times longer, by the median of short turns.

    What slows the machine down for long slows both halves of a turn alike, and what does so for a
    moment spoils a turn or two.
    """
    ratios = []
    for turn in range(settings.scaled(400)):
        seconds = {}
        for work in (guarded, bare) if turn % 2 else (bare, guarded):
            seconds[work] = await microseconds(work, 20)
        ratios.append(seconds[guarded] / seconds[bare])
    return median(ratios)


GROUP = [stack, on_a_get]
