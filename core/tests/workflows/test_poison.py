"""A run that kills the process whenever it goes on: found out, put aside, and nobody else with it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from interlock.journal import open_journal
from interlock.workflows.poison import PROBATION, SUSPECT

from .stage import Stage

PROGRAM = '''
import asyncio, os, sys
from pathlib import Path
from interlock.config.document import Document
from interlock.journal import open_journal
from interlock.sdk import Facts, RealWorld
from interlock.workflows import EmbeddedEngine, load_template

TEMPLATE = """
workflow: {name}
steps:
  - {{id: nap, sleep: 50ms}}
  - {{id: a, call: t.{name}}}
"""

class Calls:
    def facts(self, tool):
        return Facts(effect="read", idempotent=True)

    async def __call__(self, tool, arguments, **_):
        if tool == "t.kills":
            os._exit(9)
        if tool == "t.slow":
            await asyncio.sleep(3600)
        return 1

async def main(folder):
    world = RealWorld()
    async with open_journal(folder / "journal.db", world) as journal:
        engine = EmbeddedEngine(journal, Calls(), world)
        for name in ("kills", "good", "slow"):
            engine.register(load_template(Document(TEMPLATE.format(name=name), name)))
        async with engine:
            await engine.start("slow", {}, run_id="an innocent")
            await engine.start("kills", {}, run_id="kills")
            for number in range(20):
                await engine.start("good", {}, run_id=f"good-{number}")
            for number in range(20):
                await engine.wait(f"good-{number}")
            while (record := await engine.get("kills")).status != "paused":
                await asyncio.sleep(0.02)
            print(record.waiting["reason"], (await engine.get("an innocent")).status)

asyncio.run(main(Path(sys.argv[1])))
'''


def test_a_run_that_kills_the_process_is_put_aside_in_the_end(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    for _ in range(12):
        done = subprocess.run(
            [sys.executable, str(tmp_path / "program.py"), str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            break
        assert done.returncode == 9, done.stderr
    assert done.stdout == (
        "the process ended 6 times while the run was begun; resume it to try again running\n"
    )


async def test_a_process_that_ends_well_accuses_nobody(stage: Stage) -> None:
    stage.template("workflow: w\nsteps: [{call: t.slow}, {transform: done}]")
    gate = asyncio.Event()
    stage.tools.add("t.slow", gate.wait)
    async with stage.life() as life:
        run_id = await life.engine.start("w", {})
    for _ in range(8):
        async with stage.life() as life:
            await life.quiet()
    gate.set()
    async with stage.life() as life:
        assert await life.engine.wait(run_id) == "done"


async def test_of_many_suspects_nobody_is_kept_waiting_for_the_innocent(stage: Stage) -> None:
    stage.template("workflow: w\nsteps: [{call: t.gate}]")
    gate = asyncio.Event()
    stage.tools.add("t.gate", gate.wait)
    async with stage.life() as life:
        runs = [await life.engine.start("w", {}) for _ in range(30)]
    async with open_journal(stage.path, stage.world) as journal:
        for _ in range(SUSPECT + 1):
            await journal.runs.live_again(runs)
    gate.set()
    async with stage.life() as life:
        await life.pass_time(4 * PROBATION)
        ends = [(await life.engine.get(run)).status for run in runs]
    assert ends == ["succeeded"] * 30
