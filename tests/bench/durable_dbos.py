"""DBOS doing the work of ``durable.py``: ``python durable_dbos.py FOLDER WORK COUNT``.

Runs in an environment of its own and prints one line: seconds, or ``ready`` for ``victim``, which
then waits to be killed.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from dbos import DBOS, SetWorkflowID  # type: ignore[import-not-found] # only in the peer's environment

FOLDER, WORK, COUNT = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
AT_ONCE = 100
STEPS = 10
blocked: list[int] = []


@DBOS.step()  # type: ignore[untyped-decorator] # as above
async def small(i: int) -> dict[str, object]:
    return {"i": i, "ok": True, "name": "step"}


@DBOS.step()  # type: ignore[untyped-decorator] # as above
async def maybe_block() -> dict[str, object]:
    if WORK == "victim":
        blocked.append(1)
        await asyncio.sleep(3600)
    return {"ok": True}


@DBOS.workflow()  # type: ignore[untyped-decorator] # as above
async def steps(count: int) -> int:
    for i in range(count):
        await small(i)
    return count


@DBOS.workflow()  # type: ignore[untyped-decorator] # as above
async def two() -> int:
    await small(0)
    await maybe_block()
    return 2


async def run(key: str, count: int) -> None:
    with SetWorkflowID(key):
        handle = await DBOS.start_workflow_async(steps, count)
    await handle.get_result()


async def at_once(count: int, limit: int, each: int) -> None:
    numbers = iter(range(count))

    async def work() -> None:
        for number in numbers:
            await run(f"run-{number}", each)

    await asyncio.gather(*(work() for _ in range(limit)))


async def start_and_block() -> None:
    for number in range(COUNT):
        with SetWorkflowID(f"stuck-{number}"):
            await DBOS.start_workflow_async(two)
    while len(blocked) < COUNT:
        await asyncio.sleep(0.2)
    print("ready", flush=True)
    await asyncio.sleep(3600)


async def recover() -> None:
    ended: list[object] = []
    while len(ended) < COUNT:
        await asyncio.sleep(0.1)
        ended = await DBOS.list_workflows_async(name=two.__qualname__, status=["SUCCESS"])


async def main() -> None:
    DBOS(
        config={
            "name": "bench",
            "system_database_url": f"sqlite:///{FOLDER}/dbos.sqlite",
            "log_level": "ERROR",
            "application_version": "1",
            "max_executor_threads": COUNT + AT_ONCE,
        }
    )
    began = time.perf_counter()
    DBOS.launch()
    if WORK not in ("victim", "recover"):
        await run("warm", 3)
        began = time.perf_counter()
    match WORK:
        case "sequential":
            await run("long", COUNT)
        case "concurrent":
            await at_once(COUNT // STEPS, AT_ONCE, STEPS)
        case "starts":
            await at_once(COUNT, AT_ONCE, 1)
        case "victim":
            await start_and_block()
        case "recover":
            await recover()
    print(time.perf_counter() - began, flush=True)
    DBOS.destroy()


asyncio.run(main())
