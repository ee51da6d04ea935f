"""The context of a workflow in Python: each operation is a step as templates have them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar, cast
from uuid import UUID

import orjson

from interlock.expr import Value, constant
from interlock.sdk.errors import DeadlineExceeded, InterlockError, InvalidInput
from interlock.sdk.workflows import Compensation, WorkflowContext
from interlock.workflows.code.branch import Branch, Current, Left
from interlock.workflows.errors import ForeignAwait, StepFailed, WorkflowBug
from interlock.workflows.frame import Frame
from interlock.workflows.operations import MISSING, Gather, Sleep
from interlock.workflows.paths import TIMEOUT
from interlock.workflows.retry import UNDOING, UNTOLD, Retry
from interlock.workflows.steps.call import CallTool
from interlock.workflows.steps.child import RunWorkflow
from interlock.workflows.steps.plain import Pause, PauseUntil, PublishEvent
from interlock.workflows.steps.waiting import AskPeople, AwaitEvent
from interlock.workflows.template import Action, Step

if TYPE_CHECKING:
    from interlock.workflows.interpreter import Interpreter

T = TypeVar("T")


class Flow(WorkflowContext):
    """One run's context, and the branches of its code.

    Args:
        home: the file that the workflow is written in.
    """

    def __init__(self, run: Interpreter, frame: Frame, home: str) -> None:
        self.run_id = run.run_id
        self._run = run
        self._frame = frame
        self._home = home
        self._current = Current()

    # Steps

    async def call(
        self,
        tool: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        id: str = "",
        attempts: int | None = None,
        backoff: float = 1.0,
        timeout: float | None = None,
        compensate: Compensation | None = None,
        in_doubt: Literal["fail", "retry", "ask"] = "fail",
    ) -> Any:
        if attempts is not None:
            retry = Retry(attempts=attempts, backoff=backoff)
        else:
            retry = UNDOING if self._branch.undoing else UNTOLD
        action = CallTool(tool, _json(arguments or {}), retry, in_doubt)
        return await self._step(id or tool.replace(".", "_"), action, timeout, compensate)

    async def run(
        self, workflow: str, input: Mapping[str, Any], *, id: str = "", detached: bool = False
    ) -> Any:
        return await self._step(
            id or workflow, RunWorkflow(workflow, _json(input), detached=detached)
        )

    async def publish(self, event: str, payload: Mapping[str, Any], *, id: str = "") -> str:
        output = await self._step(id or "publish", PublishEvent(event, _json(payload)))
        return str(output["id"])

    async def sleep(self, seconds: float, *, id: str = "") -> None:
        await self._step(id or "sleep", Pause(seconds))

    async def sleep_until(self, moment: datetime | float, *, id: str = "") -> None:
        if isinstance(moment, datetime):
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        await self._step(id or "sleep", PauseUntil(constant(moment)))

    async def wait_for(
        self,
        event: str,
        *,
        key: str | None = None,
        where: Callable[[Mapping[str, Any]], bool] | None = None,
        timeout: float | None = None,
        id: str = "",
    ) -> dict[str, Any]:
        branch, left = self._branch, timeout
        while True:
            asked = branch.moment
            action = AwaitEvent(event, constant(key))
            found: dict[str, Any] = await self._step(id or "wait_for", action, left)
            if where is None or where(found):
                return found
            if left is not None:
                left = max(0.0, left - (branch.moment - asked))

    async def approve(
        self,
        title: str,
        *,
        show: Any = None,
        choices: Sequence[str] = ("approve", "reject"),
        form: Mapping[str, Any] | None = None,
        who: Sequence[str] = (),
        default: str | None = None,
        timeout: float | None = None,
        id: str = "",
    ) -> dict[str, Any]:
        action = AskPeople(
            title=constant(title),
            show=_json(show),
            choices=tuple(choices),
            form=form or {},
            who=constant(list(who)),
            default=default,
        )
        decision: dict[str, Any] = await self._step(id or "approve", action, timeout)
        return decision

    async def _step(
        self,
        name: str,
        action: Action,
        timeout: float | None = None,
        compensate: Compensation | None = None,
    ) -> Any:
        branch = self._branch
        path = branch.path(name)
        frame = Frame({**self._frame.scope, "steps": {}}, branch.prefix, branch.position)
        undo = None if compensate is None else Step("undo", Undo(self, compensate))
        try:
            output = await self._run.step(
                Step(name, action, timeout=timeout, compensate=undo), frame, path
            )
        except StepFailed as failure:
            raise failure.error from None
        frame.steps["output"] = output
        return output

    # Branches

    async def gather(self, *branches: Awaitable[Any], limit: int | None = None) -> list[Any]:
        return await self._gather("gather", branches, limit=limit)

    async def map(
        self,
        function: Callable[[Any], Awaitable[T]],
        items: Iterable[Any],
        *,
        concurrency: int | None = None,
    ) -> list[T]:
        async def apply(item: Any) -> T:
            return await function(item)

        return await self._gather("map", map(apply, list(items)), limit=concurrency)

    async def first(self, *branches: Awaitable[T]) -> T:
        results = await self._gather("first", branches, need=1, tolerant=True)
        return cast("T", next(result for result in results if result is not MISSING))

    async def within(self, seconds: float, branch: Awaitable[T]) -> T:
        path = f"{self._branch.prefix}within"
        timer = Sleep(self._branch.path("within") + TIMEOUT, seconds, "time-out", path)

        async def clock() -> None:
            await timer

        results = await self._gather("in-time", (clock(), branch), need=1)
        if results[1] is MISSING:
            raise DeadlineExceeded(f"{path} took longer than {seconds:g} s")
        return cast("T", results[1])

    async def _gather(
        self,
        name: str,
        work: Iterable[Awaitable[Any]],
        *,
        limit: int | None = None,
        need: int | None = None,
        tolerant: bool = False,
    ) -> list[Any]:
        parent = self._branch
        path = parent.path(name)
        started: list[Branch] = []
        waiting = iter(work)
        try:
            branches = self._branches(parent, path, waiting, started)
            results = await Gather(branches, limit=limit, need=need, tolerant=tolerant)
        except StepFailed as failure:
            raise failure.error from None
        finally:
            for never_begun in waiting:
                _close(never_begun)
            for branch in started:
                parent.saw(branch)
        return results

    def _branches(
        self, parent: Branch, path: str, work: Iterator[Awaitable[Any]], started: list[Branch]
    ) -> Iterator[Coroutine[Any, Any, Any]]:
        for index, each in enumerate(work):
            prefix = f"{path}[{index}]."
            branch = self._open(each, prefix, parent.moment, parent.position, parent.undoing)
            started.append(branch)
            yield self.drive(branch)

    def _open(
        self, work: Awaitable[Any], prefix: str, moment: float, position: int, undoing: bool
    ) -> Branch:
        return Branch(
            self._current,
            work,
            prefix,
            moment=moment,
            position=position,
            home=self._home,
            undoing=undoing,
        )

    def main(self, work: Awaitable[Any], prefix: str, *, undoing: bool = False) -> Branch:
        """The branch of the whole workflow, or of the undoing of a step."""
        started = float(self._frame.scope["run"]["started"])
        return self._open(work, prefix, started, self._frame.position, undoing)

    async def drive(self, branch: Branch) -> Any:
        """A branch to its end; a failure in the interpreter's words."""
        try:
            return await branch
        except InterlockError as error:
            raise StepFailed(error, error.details.get("step", branch.prefix)) from None
        except Exception as error:
            raise StepFailed(_bug(error, self._home), branch.prefix) from error

    # What code may want to know

    def now(self) -> float:
        return self._branch.moment

    def random(self) -> Random:
        return self._branch.random(self.run_id)

    def new_id(self) -> str:
        return str(UUID(int=self.random().getrandbits(128), version=4))

    @property
    def _branch(self) -> Branch:
        if self._current.branch is None:
            raise ForeignAwait(
                "an operation of a run was awaited outside of the run's own coroutines",
                hint="await it in the workflow, or hand it to ctx.gather",
            )
        if self._current.branch.closing:
            raise Left
        return self._current.branch


class Undo:
    """Awaits what a workflow gave as ``compensate``."""

    keeps_timeout: ClassVar[bool] = True

    def __init__(self, flow: Flow, compensate: Compensation) -> None:
        self._flow = flow
        self._compensate = compensate

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        branch = self._flow.main(self._undo(frame), f"{path}.", undoing=True)
        output = await self._flow.drive(branch)
        frame.position = max(frame.position, branch.position)
        return output

    async def _undo(self, frame: Frame) -> Any:
        return await self._compensate(frame.steps.get("output"))


def _json(value: Any) -> Value:
    """A value as the record will have it, and apart from what the workflow goes on to change."""
    try:
        return constant(orjson.loads(orjson.dumps(value)))
    except TypeError as error:
        raise InvalidInput(f"a workflow hands on what is not JSON: {error}") from None


def _close(work: Awaitable[Any]) -> None:
    close = getattr(work, "close", None)
    if close is not None:
        close()


def _bug(error: Exception, home: str) -> WorkflowBug:
    place, trace = "", error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == home:
            place = f"{home.rpartition('/')[2]}:{trace.tb_lineno}: "
        trace = trace.tb_next
    return WorkflowBug(f"{place}{type(error).__name__}: {error}")
