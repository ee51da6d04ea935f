"""Actors beside Pykka's (a thread each) and a bare ``asyncio.Queue``.

Ours run with everything on: bounded mailbox, full envelope, trace port, swept deadlines,
cancellation of running work, supervision. Pykka's inbox is unbounded and it has none of these.
"""

from __future__ import annotations

import asyncio
import threading
import tracemalloc
from collections.abc import Awaitable, Callable
from contextlib import suppress
from statistics import median
from time import perf_counter
from typing import Any

import pykka
from bench.harness import Result, Settings, paired, within_budget

from interlock.actors import Actor, ActorOptions, ActorSystem, Ref
from interlock.sdk import ActorRestarted, RealWorld

IDLE_BUDGET_KIB = 8.0
RESTART_BUDGET_US = 50.0


class Counter(Actor):
    """Counts; sets ``done`` at the message that is told to be the last."""

    def __init__(self) -> None:
        self.count = 0

    async def receive(self, message: Any) -> Any:
        self.count += 1
        return message


class PykkaCounter(pykka.ThreadingActor):
    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def on_receive(self, message: Any) -> Any:
        self.count += 1
        return message


class NoTrace:
    """A trace port with nothing to carry."""

    def current(self) -> str | None:
        return None


def system() -> ActorSystem:
    return ActorSystem(RealWorld(), telemetry=NoTrace())


async def ours(
    work: Callable[[Ref], Awaitable[float]], options: ActorOptions | None = None
) -> float:
    async with system() as actors:
        ref = await actors.spawn("counter", Counter, options or ActorOptions())
        await ref.ask(0)
        return await work(ref)


def pykkas(work: Callable[[Any], float]) -> float:
    ref = PykkaCounter.start()
    try:
        ref.ask(0)
        return work(ref)
    finally:
        ref.stop()


async def tell(settings: Settings) -> list[Result]:
    """One sender; the time ends when the last message is handled."""
    count = settings.scaled(200_000)

    async def own(ref: Ref) -> float:
        begun = perf_counter()
        for number in range(count):
            await ref.tell(number)
        await ref.ask(count)
        return count / (perf_counter() - begun)

    def pykka_tells(ref: Any) -> float:
        begun = perf_counter()
        for number in range(count):
            ref.tell(number)
        ref.ask(count)
        return count / (perf_counter() - begun)

    async def queue_puts() -> float:
        queue: asyncio.Queue[int] = asyncio.Queue(1024)
        counter = Counter()

        async def consume() -> None:
            while True:
                if await counter.receive(await queue.get()) == count:
                    return

        consumer = asyncio.create_task(consume())
        begun = perf_counter()
        for number in range(count + 1):
            await queue.put(number)
        await consumer
        return count / (perf_counter() - begun)

    return [
        await paired(
            "actors.tell.vs_pykka",
            lambda: ours(own),
            lambda: pykkas(pykka_tells),
            unit="msg/s",
            runs=settings.runs,
        ),
        await paired(
            "actors.tell.vs_queue", lambda: ours(own), queue_puts, unit="msg/s", runs=settings.runs
        ),
    ]


async def ask(settings: Settings) -> Result:
    """One asker, one ask after another."""
    count = settings.scaled(50_000)

    async def own(ref: Ref) -> float:
        begun = perf_counter()
        for number in range(count):
            await ref.ask(number)
        return count / (perf_counter() - begun)

    def pykka_asks(ref: Any) -> float:
        begun = perf_counter()
        for number in range(count):
            ref.ask(number)
        return count / (perf_counter() - begun)

    return await paired(
        "actors.ask.vs_pykka",
        lambda: ours(own),
        lambda: pykkas(pykka_asks),
        unit="ask/s",
        runs=settings.runs,
    )


async def ask_by_100(settings: Settings) -> Result:
    """100 askers at once, each one ask after another; Pykka's are threads."""
    each = settings.scaled(500)

    async def own(ref: Ref) -> float:
        async def asker() -> None:
            for number in range(each):
                await ref.ask(number)

        begun = perf_counter()
        await asyncio.gather(*(asker() for _ in range(100)))
        return 100 * each / (perf_counter() - begun)

    def pykka_asks(ref: Any) -> float:
        def asker() -> None:
            for number in range(each):
                ref.ask(number)

        threads = [threading.Thread(target=asker) for _ in range(100)]
        begun = perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return 100 * each / (perf_counter() - begun)

    return await paired(
        "actors.ask100.vs_pykka",
        lambda: ours(own),
        lambda: pykkas(pykka_asks),
        unit="ask/s",
        runs=settings.runs,
    )


async def spawn(settings: Settings) -> Result:
    """Started until the last one has answered."""
    count = 1000

    async def own() -> float:
        async with system() as actors:
            begun = perf_counter()
            refs = [await actors.spawn(f"actor-{number}", Counter) for number in range(count)]
            await refs[-1].ask(0)
            return count / (perf_counter() - begun)

    def pykka_starts() -> float:
        begun = perf_counter()
        refs = [PykkaCounter.start() for _ in range(count)]
        refs[-1].ask(0)
        seconds = perf_counter() - begun
        pykka.ActorRegistry.stop_all()
        return count / seconds

    return await paired(
        "actors.spawn.vs_pykka", own, pykka_starts, unit="actor/s", runs=settings.runs
    )


async def idle(settings: Settings) -> Result:
    """What an actor holds that has answered once, so that its worker is there, and waits."""

    async def kib() -> float:
        count = 1000
        async with system() as actors:
            tracemalloc.start()
            refs = [await actors.spawn(f"actor-{number}", Counter) for number in range(count)]
            for ref in refs:
                await ref.ask(0)
            held, _ = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            return held / count / 1024

    return await within_budget("actors.idle_kib", kib, IDLE_BUDGET_KIB, unit="KiB", runs=1)


async def restart(settings: Settings) -> Result:
    """From the error that crashes the actor to the next answer, without back-off."""
    options = ActorOptions(backoff=0.0, max_restarts=1_000_000, crash_on=(ZeroDivisionError,))

    crashed_at = 0.0

    class Fragile(Counter):
        async def receive(self, message: Any) -> Any:
            nonlocal crashed_at
            if message == "crash":
                crashed_at = perf_counter()
                raise ZeroDivisionError
            return message

    async def microseconds() -> float:
        seconds = []
        async with system() as actors:
            ref = await actors.spawn("fragile", Fragile, options)
            for _ in range(settings.scaled(2000)):
                with suppress(ActorRestarted):
                    await ref.ask("crash")
                await ref.ask("next")
                seconds.append(perf_counter() - crashed_at)
        return median(seconds) * 1e6

    return await within_budget(
        "actors.restart_us", microseconds, RESTART_BUDGET_US, unit="us", runs=settings.runs
    )


async def count_100k(settings: Settings) -> Result:
    """100,000 actors in one process, all of which answer; the peer is the number wanted."""
    wanted = 100_000

    async def answered() -> float:
        async with system() as actors:
            refs = [await actors.spawn(f"actor-{number}", Counter) for number in range(wanted)]
            answers = [await ref.ask(1, timeout=60.0) for ref in refs]
            return float(sum(answers))

    own = await answered()
    return Result("actors.count_100k", own, wanted, own / wanted, "actors", 1)


GROUP = [tell, ask, ask_by_100, spawn, idle, restart, count_100k]
