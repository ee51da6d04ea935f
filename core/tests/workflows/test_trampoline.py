"""The driver by itself: order, limits, stopping, and what must not be awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any

from interlock.workflows.errors import ForeignAwait, StepFailed, Stopped
from interlock.workflows.operations import MISSING, Gather, Operation, Outcome
from interlock.workflows.trampoline import Trampoline


class Op(Operation):
    def __init__(self, path: str) -> None:
        self.path = path


class FakePort:
    """Begins everything and ends it when told to."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.aborted: list[str] = []
        self.open: dict[str, Operation] = {}
        self.end: tuple[Any, BaseException | None] | None = None
        self.records: dict[str, int] = {}
        self.positions = 100

    @property
    def replaying(self) -> bool:
        return bool(self.records)

    def recorded(self, operation: Operation) -> Outcome | None:
        position = self.records.pop(operation.path, None)
        return None if position is None else Outcome(position, operation.path, None, 0, 0)

    def interrupted(self, operation: Operation) -> bool:
        return False

    def begin(self, operation: Operation) -> None:
        self.begun.append(operation.path)
        self.open[operation.path] = operation

    def abort(self, operation: Operation) -> bool:
        self.aborted.append(operation.path)
        return True

    def idle(self) -> None:
        pass

    def ended(self, result: Any, error: BaseException | None) -> None:
        self.end = (result, error)


class Driven:
    def __init__(self, main: Coroutine[Any, Any, Any], **records: int) -> None:
        self.port = FakePort()
        self.port.records = dict(records)
        self.trampoline = Trampoline(self.port, main)  # type: ignore[arg-type] # the part it needs
        self.trampoline.start()

    def finish(self, path: str) -> None:
        self.port.positions += 1
        outcome = Outcome(self.port.positions, path, None, 0, 0)
        self.trampoline.deliver(self.port.open.pop(path), outcome)


async def steps(*paths: str) -> list[str]:
    return [(await Op(path)).output for path in paths]


async def failing(path: str) -> None:
    await Op(path)
    raise StepFailed(ForeignAwait("no"), path)


async def gathered(*branches: Coroutine[Any, Any, Any], **more: Any) -> Any:
    return await Gather(iter(branches), **more)


async def test_results_come_in_the_order_of_the_branches() -> None:
    driven = Driven(gathered(steps("a", "b"), steps("c"), steps("d")))
    for path in ("d", "c", "a", "b"):
        driven.finish(path)

    assert driven.port.begun == ["a", "c", "d", "b"]
    assert driven.port.end == ([["a", "b"], ["c"], ["d"]], None)


async def test_no_more_branches_run_at_once_than_the_limit() -> None:
    def branches() -> Iterator[Coroutine[Any, Any, Any]]:
        for number in range(4):
            yield steps(f"s{number}")

    async def main() -> Any:
        return await Gather(branches(), limit=2)

    driven = Driven(main())
    assert driven.port.begun == ["s0", "s1"]
    driven.finish("s1")
    assert driven.port.begun == ["s0", "s1", "s2"]
    for path in ("s0", "s2", "s3"):
        driven.finish(path)
    assert driven.port.end == ([["s0"], ["s1"], ["s2"], ["s3"]], None)


async def test_the_first_of_several_stops_the_others() -> None:
    driven = Driven(gathered(steps("a"), steps("b"), need=1))
    driven.finish("b")

    assert driven.port.aborted == ["a"]
    assert driven.port.end == ([MISSING, ["b"]], None)


async def test_on_a_replay_the_record_decides_who_was_first() -> None:
    driven = Driven(gathered(steps("a"), steps("b"), need=1), a=7, b=3)

    assert driven.port.begun == []
    assert driven.port.end == ([MISSING, ["b"]], None)


async def test_on_a_replay_nothing_new_begins_beside_a_branch_that_failed() -> None:
    driven = Driven(gathered(steps("x", "y"), failing("f")), x=1, f=2)

    assert driven.port.begun == []
    assert driven.port.end is not None and isinstance(driven.port.end[1], StepFailed)


async def test_a_stopped_run_can_still_do_what_it_has_to_on_the_way_out() -> None:
    async def main() -> Any:
        try:
            return await steps("a", "b")
        except Stopped:
            driven.trampoline.shield()
            return await steps("undo")

    driven = Driven(main())
    driven.trampoline.stop()
    assert driven.port.begun == ["a", "undo"]
    driven.finish("undo")
    assert driven.port.end == (["undo"], None)


async def test_awaiting_anything_foreign_is_refused_at_once() -> None:
    async def sleeping() -> None:
        await asyncio.sleep(1)

    async def in_a_branch() -> None:
        await Gather(iter([sleeping()]))

    for main in (sleeping(), in_a_branch()):
        driven = Driven(main)
        assert driven.port.end is not None
        error = driven.port.end[1]
        assert isinstance(error, ForeignAwait)
        assert "tool" in error.hint


async def test_a_run_that_is_closed_leaves_no_coroutine_behind() -> None:
    closed: list[str] = []

    async def branch(path: str) -> None:
        try:
            await Op(path)
        finally:
            closed.append(path)

    driven = Driven(gathered(branch("a"), branch("b")))
    driven.trampoline.close()

    assert closed == ["a", "b"]
