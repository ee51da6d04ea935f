"""What a step costs on the engine on Restate, beside Restate's own SDK on the same server.

The peer records the outcome of each step, once, by its order. Ours does that as well, and the
same outcome by its path, which is what a retry, a fork and an undo read; and it has everything
else on, as in ``durable.py``.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

from bench import durable_peers as peers
from bench.durable import AT_ONCE, STEPS, folder, running
from bench.harness import Result, Settings, paired
from services.restate_server import Missing, Server, free_ports
from services.restate_server import running as serving

from interlock.restate import RestateEngine, RestateOptions

SEQUENTIAL = 500
CONCURRENT = 2000


@contextmanager
def server() -> Iterator[Server | None]:
    try:
        with folder() as path, serving(path) as started:
            yield started
    except Missing as missing:
        print(f"Restate is left out: {missing}")
        yield None


@asynccontextmanager
async def engine(path: Path, server: Server, each: int) -> AsyncIterator[RestateEngine]:
    (port,) = free_ports(1)
    options = RestateOptions(
        path / "blobs", server.ingress, server.admin, port=port, namespace=f"bench{port}"
    )
    async with running(path, each, make=partial(RestateEngine, options=options)) as engine:
        yield engine


async def seconds_of_ours(server: Server, count: int, each: int) -> float:
    """From the start of the first of ``count`` runs to the end of the last, by their records."""
    with folder() as path:
        async with engine(path, server, each) as ours:
            left = iter(range(count))

            async def work() -> list[str]:
                return [await ours.start(f"steps{each}", {}) for _ in left]

            await ours.wait(await ours.start(f"steps{each}", {}))
            begun = await asyncio.gather(*(work() for _ in range(min(count, AT_ONCE))))
            records = []
            for run_id in (run_id for ids in begun for run_id in ids):
                await ours.wait(run_id)
                records.append(await ours.get(run_id))
            ends = [record.finished for record in records if record.finished is not None]
            return max(ends) - min(record.created for record in records)


async def seconds_of_theirs(server: Server, work: str, count: int) -> float:
    command = peers.restate()
    assert command is not None
    with folder() as path:
        line = [*command[0], str(path), work, str(count), server.ingress, server.admin]
        done = await asyncio.to_thread(
            subprocess.run, line, capture_output=True, text=True, check=True
        )
    return float(done.stdout.splitlines()[-1])


def beside(work: str, count: int, each: int) -> Callable[[Settings], Awaitable[list[Result]]]:
    async def measured(settings: Settings) -> list[Result]:
        with server() as started:
            if started is None or peers.restate() is None:
                return []

            async def ours() -> float:
                return count / await seconds_of_ours(started, count // each, each)

            async def theirs() -> float:
                return count / await seconds_of_theirs(started, work, count)

            runs = 3 if settings.quick else 5
            name = f"distributed.{work}"
            return [await paired(name, ours, theirs, unit="steps/s", runs=runs)]

    return measured


GROUP = [beside("sequential", SEQUENTIAL, SEQUENTIAL), beside("concurrent", CONCURRENT, STEPS)]
