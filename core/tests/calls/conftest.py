"""A tool whose behaviour a test scripts, behind real guard rails on a virtual clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from interlock.calls import BoundTool, Call, Gates, Guarded, OutcomeRecord, compile_pipeline
from interlock.sdk import Facts, NotFound, Policies
from interlock.telemetry import Telemetry
from interlock.testing import VirtualWorld, settle

READ = Facts(effect="read", idempotent=True)
Answer = Any | BaseException | Callable[[Call], Awaitable[Any]]


class Stage:
    """Answers of the tool are taken in order; the last one stays."""

    def __init__(self) -> None:
        self.world = VirtualWorld()
        self.telemetry = Telemetry()
        self.gates = Gates("svc", self.world)
        self.answers: list[Answer] = ["ok"]
        self.reached: list[Call] = []
        self.records: list[OutcomeRecord] = []
        self.others: dict[str, Any] = {}
        self._number = 0

    def pipeline(
        self, policies: Policies | None = None, facts: Facts = READ, name: str = "svc.tool"
    ) -> Guarded:
        return compile_pipeline(
            BoundTool(name, "svc", facts, policies or Policies(), self._tool),
            self.gates,
            world=self.world,
            telemetry=self.telemetry,
            call_other=self._other,
            on_outcome=self.records.append,
        )

    def call(self, *, seconds: float = 30.0, name: str = "svc.tool", **arguments: Any) -> Call:
        self._number += 1
        deadline = self.world.monotonic() + seconds
        return Call(name, arguments, deadline=deadline, idempotency_key=f"key-{self._number}")

    async def finish(self, work: Awaitable[Any], *, within: float = 600.0) -> Any:
        """The result of ``work``, however long it waits on the virtual clock."""
        task = asyncio.ensure_future(work)
        await settle()
        while not task.done() and within > 0:
            await self.world.advance(0.25)
            within -= 0.25
        assert task.done(), "still waiting"
        return await task

    async def _tool(self, call: Call) -> Any:
        self.reached.append(call)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return await answer(call) if callable(answer) else answer

    async def _other(self, tool: str, call: Call) -> Any:
        if tool not in self.others:
            raise NotFound(f"there is no tool {tool}")
        answer = self.others[tool]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.telemetry.close()
