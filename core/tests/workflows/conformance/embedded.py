"""The embedded engine under the suite: a real journal, and time that is not."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from interlock.journal import JournalError, Limits, open_journal
from interlock.journal.writer import Writer

from .. import stage
from .service import Service

_ATTEMPT = re.compile(r"#\d+$")


class Power:
    """Once it is gone, the journal writes nothing any more."""

    gone = False

    def fail(self) -> None:
        self.gone = True

    @contextmanager
    def needed(self) -> Iterator[None]:
        """What fails for the lack of it is no failure."""
        try:
            yield
        except JournalError:
            if not self.gone:
                raise


class Life(stage.Life):
    """Nothing can be asked of one that is over."""

    def __init__(self, life: stage.Life, power: Power) -> None:
        super().__init__(life.engine, life.journal, life.world)
        self._power = power

    async def start(self, workflow: str, run_id: str) -> None:
        with self._power.needed():
            await self.engine.start(workflow, {}, run_id=run_id)

    async def publish(self, name: str, key: str = "", **payload: Any) -> None:
        with self._power.needed():
            await super().publish(name, key, **payload)

    async def quiet(self) -> None:
        with self._power.needed():
            await super().quiet()

    async def to_the_end(self, run_id: str, choice: str = "") -> None:
        with self._power.needed():
            while not await self._over(run_id):
                if not await self._decide(choice):
                    due = self.world.next_due()
                    assert due is not None, f"{run_id} waits for nothing"
                    await self.world.advance(due - self.world.monotonic())

    async def _over(self, run_id: str) -> bool:
        await self.quiet()
        return self._power.gone or (await self.engine.get(run_id)).finished is not None

    async def _decide(self, choice: str) -> bool:
        asked = await self.journal.approvals.list()
        mine = [each.id for each in asked if each.id.endswith("ask")]
        for approval in mine:
            await self.engine.decide(approval, choice, by="ann")
        return bool(mine)


class Embedded(stage.Stage):
    """Implements ``Harness``."""

    tools: Service  # type: ignore[assignment] # one that can kill

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "journal.db")
        self.tools = Service()

    def forget_templates(self) -> None:
        self.templates.clear()

    def queue(self, name: str, limits: Limits) -> None:
        self.options = replace(self.options, queues={**self.options.queues, name: limits})

    async def recorded(self) -> set[str]:
        async with open_journal(self.path, self.world) as journal:
            return {
                f"{run.id}:{_ATTEMPT.sub('', row.path)}"
                for run in await journal.runs.list(limit=1000)
                for row in await journal.steps.of_run(run.id)
                if row.status == "succeeded" and row.what.startswith("t.")
            }

    @asynccontextmanager
    async def life(self) -> AsyncIterator[Life]:
        begun = False
        while not begun:
            power = Power()
            self.tools.kill = power.fail
            with _supplied_by(power), power.needed():
                async with super().life() as life:
                    begun = True
                    yield Life(life, power)


@contextmanager
def _supplied_by(power: Power) -> Iterator[None]:
    transaction = Writer._transaction

    def written(writer: Writer, batch: Any) -> JournalError | None:
        return JournalError("the power is gone") if power.gone else transaction(writer, batch)

    with mock.patch.object(Writer, "_transaction", written):
        yield
