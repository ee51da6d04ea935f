"""What stays in memory: after many calls, after many runs, and while many runs wait.

Each figure is taken in a process of its own, against the budget that the project has set itself.
"""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable

from bench.durable import (
    AT_ONCE,
    STEPS,
    TESTS,
    folder,
    load_template,
    run,
    running,
    used_memory,
)
from bench.harness import Result, Settings, within_budget

from interlock.config.document import Document
from interlock.journal import RunFilter
from interlock.workflows import EmbeddedEngine

RUNS = 10_000
WARM_UP = 1_000
PARKED = 100_000
GROWTH_MIB = 5.0
PARKED_MIB = 50.0
START_SECONDS = 2.0


async def grown_by_runs(count: int) -> float:
    """MiB that ``count`` runs of ten steps leave behind, once memory is as large as work needs it."""
    with folder() as path:
        async with running(path, STEPS) as engine:
            await _at_once(WARM_UP, lambda: run(engine, STEPS))
            gc.collect()
            before = used_memory()
            await _at_once(count, lambda: run(engine, STEPS))
            gc.collect()
            return used_memory() - before


async def parked(count: int) -> tuple[float, float]:
    """MiB for 100,000 parked runs, and seconds to start an engine that has ``count``."""
    with folder() as path:
        async with running(path, 1) as engine:
            engine.register(_waiting())
            await _at_once(count, lambda: engine.start("waiting", {}))
            await _until_parked(engine, count)
        gc.collect()
        before, began = used_memory(), time.perf_counter()
        async with running(path, 1) as engine:
            seconds = time.perf_counter() - began
            gc.collect()
            return max(0.0, used_memory() - before) * PARKED / count, seconds


def _waiting() -> object:
    document = Document("", "bench")
    document.data = {"workflow": "waiting", "steps": [{"id": "wait", "sleep": "30d"}]}
    return load_template(document)


async def _until_parked(engine: EmbeddedEngine, count: int) -> None:
    async with asyncio.timeout(600):
        while len(await engine.list(RunFilter(status="waiting"), limit=count)) < count:
            await asyncio.sleep(0.5)


async def _at_once(count: int, work: Callable[[], Awaitable[object]]) -> None:
    numbers = iter(range(count))

    async def several() -> None:
        for _ in numbers:
            await work()

    await asyncio.gather(*(several() for _ in range(AT_ONCE)))


async def _printed(*arguments: str) -> list[float]:
    command = [sys.executable, "-m", "bench.growth", *arguments]
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=TESTS, capture_output=True, text=True, check=True
    )
    return [float(each) for each in done.stdout.split()]


async def runs(settings: Settings) -> Result:
    count = settings.scaled(RUNS)

    async def ours() -> float:
        return max(0.1, *await _printed("runs", str(count)))

    return await within_budget("growth.runs", ours, GROWTH_MIB, unit="MiB", runs=1)


async def waiting(settings: Settings) -> list[Result]:
    mebibytes, seconds = await _printed("parked", str(settings.scaled(PARKED)))
    mebibytes = max(0.1, mebibytes)
    return [
        Result("growth.parked", mebibytes, PARKED_MIB, PARKED_MIB / mebibytes, "MiB/100k runs", 1),
        Result("growth.parked_start", seconds, START_SECONDS, START_SECONDS / seconds, "s", 1),
    ]


GROUP = [runs, waiting]

if __name__ == "__main__":
    if sys.argv[1] == "runs":
        print(asyncio.run(grown_by_runs(int(sys.argv[2]))))
    else:
        print(*asyncio.run(parked(int(sys.argv[2]))))
