"""``parallel``, ``for_each``, ``if`` and ``steps``: steps that hold steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from interlock.expr import Expression, Value, kind
from interlock.sdk.errors import InvalidInput
from interlock.workflows.errors import Returned, StepFailed
from interlock.workflows.frame import Frame
from interlock.workflows.operations import MISSING, Gather, Work
from interlock.workflows.template import Block, Step

if TYPE_CHECKING:
    from interlock.workflows.interpreter import Interpreter

OnItemError = Literal["fail", "continue", "skip"]


@dataclass(frozen=True, slots=True)
class Parallel:
    """Named branches side by side; the output is a mapping of their last outputs.

    Attributes:
        need: how many have to succeed; the rest is stopped and has no output. None for all.
    """

    keeps_timeout: ClassVar[bool] = False
    branches: Mapping[str, Block]
    need: int | None = None

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        frames = [frame.inside(f"{path}.{name}.") for name in self.branches]
        work = (
            run.block(block, inner)
            for block, inner in zip(self.branches.values(), frames, strict=True)
        )
        outputs = await Gather(work, need=self.need, tolerant=self.need is not None)
        for inner in frames:
            frame.seen(inner)
        ended = zip(self.branches, outputs, strict=True)
        return {name: output for name, output in ended if output is not MISSING}


@dataclass(frozen=True, slots=True)
class ForEach:
    """The steps for each item, some at once; the output lists their last outputs, in order."""

    keeps_timeout: ClassVar[bool] = False
    items: Value
    do: Block
    name: str = "item"
    concurrency: int = 1
    on_item_error: OnItemError = "fail"

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        items = self.items.evaluate(frame.scope)
        if not isinstance(items, list):
            error = InvalidInput(f"{path}: for_each needs a list, not {kind(items)}")
            raise StepFailed(error, path)
        return await self.over(items, run, frame, path, wanted=run.template.wants(step))

    async def over(
        self,
        items: list[Any],
        run: Interpreter,
        frame: Frame,
        path: str,
        *,
        first: int = 0,
        wanted: bool = True,
    ) -> list[Any]:
        """The outputs for these items, the first of which has this index.

        Args:
            wanted: somebody will ask for them; otherwise the list is empty.
        """
        branches = self._branches(run, frame, path, items, first, wanted=wanted)
        outputs = await Gather(branches, limit=self.concurrency)
        return [output for output in outputs if output is not _SKIPPED]

    def _branches(
        self,
        run: Interpreter,
        frame: Frame,
        path: str,
        items: list[Any],
        first: int,
        *,
        wanted: bool,
    ) -> Iterator[Work]:
        for index, item in enumerate(items, first):
            inner = frame.inside(f"{path}[{index}].", {self.name: item, "index": index})
            yield self._item(run, frame, inner, wanted=wanted)

    async def _item(self, run: Interpreter, frame: Frame, inner: Frame, *, wanted: bool) -> Any:
        try:
            output = await run.block(self.do, inner)
        except Returned:
            raise
        except StepFailed as failure:
            if self.on_item_error == "fail":
                raise
            skip = self.on_item_error == "skip"
            output = _SKIPPED if skip else {"error": failure.error.to_problem()}
        frame.seen(inner)
        return output if wanted else _SKIPPED


@dataclass(frozen=True, slots=True)
class If:
    """One of two blocks; the output is that block's."""

    keeps_timeout: ClassVar[bool] = False
    condition: Expression
    then: Block
    otherwise: Block

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        chosen = bool(self.condition.evaluate(frame.scope))
        inner = frame.inside(f"{path}.{'then' if chosen else 'else'}.")
        output = await run.block(self.then if chosen else self.otherwise, inner)
        frame.seen(inner)
        return output


@dataclass(frozen=True, slots=True)
class Switch:
    """The block of the case that a value equals, as text; the output is that block's."""

    keeps_timeout: ClassVar[bool] = False
    value: Value
    cases: Mapping[str, Block]
    default: Block | None

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        name = case_of(self.value.evaluate(frame.scope))
        block = self.cases.get(name, self.default)
        if block is None:
            return None
        inner = frame.inside(f"{path}.{name if name in self.cases else 'default'}.")
        output = await run.block(block, inner)
        frame.seen(inner)
        return output


def case_of(value: Any) -> str:
    """The name of a value among the cases: as YAML writes it, whole numbers without a point."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


@dataclass(frozen=True, slots=True)
class Steps:
    """A block as one step, to give it a time-out, a fallback or a compensation."""

    keeps_timeout: ClassVar[bool] = False
    block: Block

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        return await run.body(self.block, frame, path)


_SKIPPED: Any = object()
