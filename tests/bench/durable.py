"""Durable runs beside DBOS on SQLite, its embedded default.

Ours run with everything on: service actor, mailbox, pipeline with the default guard rails, traces
sampled at 10 %, ``synchronous=FULL``. A step is a call of a write that is idempotent, because
that is what a step of DBOS is: done at least once. DBOS runs in an environment of its own, which
``uv`` makes; without it the group says so and measures nothing.
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
from functools import cache
from importlib.metadata import EntryPoint
from pathlib import Path
from time import perf_counter
from types import ModuleType
from typing import Any

from bench.harness import Result, paired
from bench.harness import Settings as BenchSettings
from opentelemetry.sdk.trace import SpanProcessor

from interlock.actors import ActorSystem
from interlock.config.document import Document
from interlock.daemon.compose import ToolCalls
from interlock.host import Candidate, Host, ServiceSpec, load_plugins
from interlock.journal import RunFilter, open_journal
from interlock.sdk import Policies, RealWorld, Service, Settings, hookimpl, tool
from interlock.sdk.hooks import ENTRY_POINT_GROUP
from interlock.telemetry import Telemetry, TelemetryOptions
from interlock.workflows import EmbeddedEngine, Template, load_template

AT_ONCE = 100
STEPS = 10
DBOS = "dbos==3.4.0"
PEER = Path(__file__).with_name("durable_dbos.py")


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
async def running(folder: Path, *counts: int) -> AsyncIterator[EmbeddedEngine]:
    """The layers as the daemon stacks them."""
    world = RealWorld()
    telemetry = Telemetry(TelemetryOptions(sample_ratio=0.1), processors=[SpanProcessor()])
    async with (
        open_journal(folder / "journal.db", world) as journal,
        ActorSystem(world, telemetry=telemetry) as actors,
        Host(world, telemetry, actors, journal, journal.events.append) as host,
    ):
        host.adopt(await load_plugins(world, discover=lambda: [plugin()]))
        spec = ServiceSpec("small", "small", Settings())
        await host.start_services({"small": spec})
        engine = EmbeddedEngine(journal, ToolCalls(host), world, telemetry=telemetry)
        for count in counts:
            engine.register(template(count))
        async with engine:
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
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=PEER.parents[1]) as process:
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
        return _dbos(path, work, count)


def recovery_of_dbos(count: int) -> float:
    with folder() as path:
        _kill([*_peer_command(), str(path), "victim", str(count)])
        return _dbos(path, "recover", count)


def _dbos(path: Path, work: str, count: int) -> float:
    command = [*_peer_command(), str(path), work, str(count)]
    done = subprocess.run(command, cwd=path, capture_output=True, text=True, check=True)
    return float(done.stdout.splitlines()[-1])


@cache
def _peer_command() -> tuple[str, ...]:
    """DBOS in an environment of its own, kept in the system's folder for temporary files."""
    environment = Path(tempfile.gettempdir()) / f"interlock-bench-{DBOS}"
    python = environment / "bin" / "python"
    if not python.exists():
        print(f"installing {DBOS} in {environment}", file=sys.stderr)
        subprocess.run(["uv", "venv", "-q", "--python", sys.executable, environment], check=True)
        subprocess.run(["uv", "pip", "install", "-q", "--python", python, DBOS], check=True)
    # -P: with this folder on the path, http.py would hide the standard library's http.
    return str(python), "-P", str(PEER)


@contextmanager
def folder() -> Iterator[Path]:
    """On a disk: a temporary folder may be in memory, where a commit costs nothing."""
    path = Path(tempfile.mkdtemp(prefix="bench-durable-", dir=PEER.parent))
    try:
        yield path
    finally:
        shutil.rmtree(path)


async def beside_dbos(
    name: str,
    settings: BenchSettings,
    counts: tuple[int, int],
    ours: Callable[[int], Awaitable[float]],
    work: str,
) -> Result:
    """Units a second; DBOS gets less to do, since it needs so much longer for it."""
    own, theirs = map(settings.scaled, counts)

    async def our_rate() -> float:
        return own / await ours(own)

    async def their_rate() -> float:
        return theirs / await asyncio.to_thread(seconds_of_dbos, work, theirs)

    unit = "runs/s" if work == "starts" else "steps/s"
    return await paired(name, our_rate, their_rate, unit=unit, runs=settings.runs)


async def sequential(settings: BenchSettings) -> Result:
    """Steps of one run, one after the other; a run of ours has 500."""

    async def ours(count: int) -> float:
        return await seconds_of_ours(max(1, count // 500), min(count, 500), 1)

    return await beside_dbos(
        "durable.sequential.vs_dbos", settings, (3000, 300), ours, work="sequential"
    )


async def concurrent(settings: BenchSettings) -> Result:
    """Steps of runs of ten, a hundred runs at once."""

    async def ours(count: int) -> float:
        return await seconds_of_ours(count // STEPS, STEPS, AT_ONCE)

    return await beside_dbos(
        "durable.concurrent.vs_dbos", settings, (20_000, 1000), ours, "concurrent"
    )


async def starts(settings: BenchSettings) -> Result:
    """Runs of one step from start to result, a hundred at once."""

    async def ours(count: int) -> float:
        return await seconds_of_ours(count, 1, AT_ONCE)

    return await beside_dbos("durable.starts.vs_dbos", settings, (5000, 500), ours, "starts")


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


GROUP = [sequential, concurrent, starts, recover]

if __name__ == "__main__":
    asyncio.run(victim(Path(sys.argv[1]), int(sys.argv[2])))
