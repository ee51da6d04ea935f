"""Durable runs beside DBOS on SQLite, its embedded default, and beside one node of Restate.

Ours run with everything on: service actor, mailbox, pipeline with the default guard rails, traces
sampled at 10 %, ``synchronous=FULL``. A step is a call of a write that is idempotent, because
that is what a step of the peers is: done at least once.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

from bench import durable_peers as peers
from bench.harness import Result, paired, within_budget
from bench.harness import Settings as BenchSettings
from opentelemetry.sdk.trace import SpanProcessor

from interlock.actors import ActorSystem
from interlock.config.document import Document
from interlock.daemon.compose import ToolCalls
from interlock.daemon.memory import settle_memory
from interlock.host import Candidate, Host, ServiceSpec, load_plugins
from interlock.journal import RunFilter, open_journal
from interlock.sdk import Policies, RealWorld, Service, Settings, hookimpl, tool
from interlock.sdk.hooks import ENTRY_POINT_GROUP
from interlock.telemetry import Telemetry, TelemetryOptions
from interlock.workflows import EmbeddedEngine, Template, load_template

AT_ONCE = 100
STEPS = 10
MEMORY_MIB = 60.0
TESTS = Path(__file__).parents[1]


class Small(Service[Settings]):
    """Answers at once, except that the second steps of a victim's runs never end."""

    calls_in_flight = 2000
    policies = Policies(concurrency=2000)
    to_block = 0
    all_blocked = asyncio.Event()

    @tool(effect="write", idempotent=True)
    async def step(self, i: int) -> dict[str, Any]:
        if i == 1 and Small.to_block:
            Small.to_block -= 1
            if not Small.to_block:
                self.all_blocked.set()
            await asyncio.Event().wait()
        return {"i": i, "ok": True, "name": "step"}


def plugin() -> Candidate:
    module = ModuleType("bench_small_plugin")
    module.interlock_services = hookimpl(lambda: {"small": Small})  # type: ignore[attr-defined] # a module made here
    sys.modules[module.__name__] = module
    return Candidate("small", "bench", "1", EntryPoint("small", module.__name__, ENTRY_POINT_GROUP))


def template(count: int) -> Template:
    steps = [{"id": f"s{i}", "call": "small.step", "with": {"i": i}} for i in range(count)]
    document = Document("", "bench")
    document.data = {"workflow": f"steps{count}", "steps": steps}
    return load_template(document)


@asynccontextmanager
async def running(
    folder: Path, *counts: int, make: Callable[..., Any] = EmbeddedEngine
) -> AsyncIterator[Any]:
    """The layers as the daemon stacks them, with an engine made so."""
    world = RealWorld()
    telemetry = Telemetry(TelemetryOptions(sample_ratio=0.1), processors=[SpanProcessor()])
    async with (
        open_journal(folder / "journal.db", world) as journal,
        ActorSystem(world, telemetry=telemetry) as actors,
        Host(world, telemetry, actors, journal, journal.events.append) as host,
    ):
        host.adopt(await load_plugins(world, discover=lambda: [plugin()]))
        spec = ServiceSpec("small", "small", Settings())
        await host.services.start({"small": spec})
        engine = make(journal, ToolCalls(host), world, telemetry=telemetry)
        for count in counts:
            engine.register(template(count))
        async with engine:
            settle_memory()
            yield engine


async def run(engine: EmbeddedEngine, count: int) -> None:
    with engine.telemetry.span("start"):
        trace = engine.telemetry.current()
        run_id = await engine.start(f"steps{count}", {}, parent=trace)
    await engine.wait(run_id)


async def seconds_of_ours(count: int, each: int, at_once: int) -> float:
    """``count`` runs of ``each`` steps, so many at once."""
    with folder() as path:
        async with running(path, each, 3) as engine:
            await run(engine, 3)
            numbers = iter(range(count))

            async def work() -> None:
                for _ in numbers:
                    await run(engine, each)

            began = perf_counter()
            await asyncio.gather(*(work() for _ in range(at_once)))
            return perf_counter() - began


async def recovery_of_ours(count: int) -> float:
    """From opening the journal of a killed process until its last run has ended."""
    with folder() as path:
        await asyncio.to_thread(_kill, [sys.executable, "-m", "bench.durable", path, str(count)])
        began = perf_counter()
        async with running(path, 2) as engine:
            for record in await engine.list(RunFilter(status="running"), limit=count):
                await engine.wait(record.id)
            seconds = perf_counter() - began
            assert len(await engine.list(RunFilter(status="succeeded"), limit=count + 1)) == count
            return seconds


def _kill(command: Sequence[str | Path]) -> None:
    """Run a process until it says that it is ready, and no longer."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=TESTS) as process:
        assert process.stdout is not None
        try:
            if process.stdout.readline() != b"ready\n":
                raise RuntimeError("the process to be killed did not get ready")
        finally:
            process.send_signal(signal.SIGKILL)


async def victim(path: Path, count: int) -> None:
    """Start runs that get stuck in their second step, and wait to be killed."""
    Small.to_block = count
    async with running(path, 2) as engine:
        for _ in range(count):
            await engine.start("steps2", {})
        async with asyncio.timeout(60):
            await Small.all_blocked.wait()
        print("ready", flush=True)
        await asyncio.Event().wait()


def seconds_of_dbos(work: str, count: int) -> float:
    with folder() as path:
        return _printed([*peers.dbos(), str(path), work, str(count)])


def recovery_of_dbos(count: int) -> float:
    with folder() as path:
        _kill([*peers.dbos(), str(path), "victim", str(count)])
        return _printed([*peers.dbos(), str(path), "recover", str(count)])


def seconds_of_restate(work: str, count: int) -> float:
    command = peers.restate()
    assert command is not None
    before, after = command
    with folder() as path:
        return _printed([*before, str(path), work, str(count), *after])


def _printed(command: Sequence[str]) -> float:
    """The number on the last line that a process prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout.splitlines()[-1])


@contextmanager
def folder() -> Iterator[Path]:
    """On a disk: a temporary folder may be in memory, where a commit costs nothing."""
    path = Path(tempfile.mkdtemp(prefix="bench-durable-", dir=TESTS / "bench"))
    try:
        yield path
    finally:
        shutil.rmtree(path)


@dataclass(frozen=True)
class Work:
    """The same work for us and for a peer, who gets less of it, since he needs longer.

    Ours is never cut: a quick sample of a tenth of a second says nothing.

    Attributes:
        count: of steps, or of runs for ``starts``.
        each: steps of a run.
    """

    name: str
    count: int
    each: int
    at_once: int
    theirs: int
    unit: str = "steps/s"

    async def ours(self) -> float:
        runs = self.count // self.each
        return self.count / await seconds_of_ours(runs, self.each, self.at_once)

    def beside(self, peer: str) -> Callable[[BenchSettings], Awaitable[Result | list[Result]]]:
        seconds = {"dbos": seconds_of_dbos, "restate": seconds_of_restate}[peer]

        async def measured(settings: BenchSettings) -> Result | list[Result]:
            if peer == "restate" and peers.restate() is None:
                return []
            count = settings.scaled(self.theirs)

            async def theirs() -> float:
                return count / await asyncio.to_thread(seconds, self.name, count)

            name = f"durable.{self.name}.vs_{peer}"
            return await paired(name, self.ours, theirs, unit=self.unit, runs=settings.runs)

        return measured


SEQUENTIAL = Work("sequential", 3000, 500, 1, 1000)
CONCURRENT = Work("concurrent", 20_000, STEPS, AT_ONCE, 3000)
STARTS = Work("starts", 5000, 1, AT_ONCE, 1000, unit="runs/s")


async def recover(settings: BenchSettings) -> Result:
    """1,000 runs killed in their second step; seconds from the restart until all have ended."""
    count = 1000

    async def theirs() -> float:
        return await asyncio.to_thread(recovery_of_dbos, count)

    return await paired(
        "durable.recover1000.vs_dbos",
        lambda: recovery_of_ours(count),
        theirs,
        unit="s",
        runs=1 if settings.quick else 3,
        lower_is_better=True,
    )


async def memory(settings: BenchSettings) -> Result:
    """MiB that a process takes while it does our share of the concurrent work."""

    async def ours() -> float:
        command = [sys.executable, "-m", "bench.durable", "memory"]
        done = await asyncio.to_thread(
            subprocess.run, command, cwd=TESTS, capture_output=True, text=True, check=True
        )
        return float(done.stdout.splitlines()[-1])

    return await within_budget("durable.memory", ours, MEMORY_MIB, unit="MiB", runs=settings.runs)


def used_memory() -> float:
    """MiB, shared pages counted in part."""
    fields = Path("/proc/self/smaps_rollup").read_text().split()
    return int(fields[fields.index("Pss:") + 1]) / 1024


async def peak_memory() -> float:
    peak = 0.0

    async def watch() -> None:
        nonlocal peak
        while True:
            peak = max(peak, used_memory())
            await asyncio.sleep(0.05)

    watching = asyncio.create_task(watch())
    await CONCURRENT.ours()
    watching.cancel()
    return peak


GROUP = [
    *(work.beside("dbos") for work in (SEQUENTIAL, CONCURRENT, STARTS)),
    recover,
    *(work.beside("restate") for work in (SEQUENTIAL, CONCURRENT, STARTS)),
    memory,
]

if __name__ == "__main__":
    if sys.argv[1] == "memory":
        print(asyncio.run(peak_memory()))
    else:
        asyncio.run(victim(Path(sys.argv[1]), int(sys.argv[2])))
