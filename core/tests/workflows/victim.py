"""A process to be killed: ``python victim.py FOLDER``. Effects are lines in ``effects``.

It runs (or continues) 20 runs of four steps each, and says ``done`` when all have ended.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any

from interlock.config.document import Document
from interlock.journal import open_journal
from interlock.sdk import Facts, RealWorld
from interlock.workflows import EmbeddedEngine, load_template

RUNS = 20
TEMPLATE = """
workflow: w
steps:
  - {id: a, call: t.work, with: {n: 1}}
  - id: both
    parallel:
      x:
        - {id: x1, call: t.work, with: {n: "${{ steps.a + 1 }}"}}
        - {id: x2, call: t.work, with: {n: "${{ steps.x1 + 1 }}"}}
      y: [{sleep: 20ms}, {id: y1, call: t.work, with: {n: "${{ steps.a + 10 }}"}}]
return: "${{ [steps.both.x, steps.both.y] }}"
"""
EXPECTED = [3, 11]


class Work:
    """Appends the key of each call that was made, durably enough for a killed process."""

    def __init__(self, folder: Path) -> None:
        self._file = os.open(folder / "effects", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def facts(self, tool: str) -> Facts:
        return Facts(effect="write", idempotent=True)

    def __call__(
        self, tool: str, arguments: Mapping[str, Any], *, idempotency_key: str, **_: Any
    ) -> Coroutine[Any, Any, Any]:
        return self._work(arguments["n"], idempotency_key)

    async def _work(self, n: int, key: str) -> int:
        os.write(self._file, f"{key}\n".encode())
        await asyncio.sleep(0.005)
        return n


async def main(folder: Path) -> None:
    world = RealWorld()
    async with open_journal(folder / "journal.db", world) as journal:
        engine = EmbeddedEngine(journal, Work(folder), world)
        engine.register(load_template(Document(TEMPLATE, "w.yaml")))
        async with engine:
            sys.stdout.write("started\n")
            sys.stdout.flush()
            runs = [await engine.start("w", {}, run_id=f"run-{n}") for n in range(RUNS)]
            for run in runs:
                assert await engine.wait(run) == EXPECTED
    sys.stdout.write("done\n")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
