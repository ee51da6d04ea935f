"""Work composed in Python: stages one after another, calls side by side."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, TypeVar

import anyio

from interlock.runtime.runtime import Runtime
from interlock.sdk import InterlockError
from interlock.workflows import Template, pipeline_template

Stage = str | Callable[[Any], Any]
T = TypeVar("T")

_current: ContextVar[Runtime] = ContextVar("interlock_current_runtime")


def use_runtime(runtime: Runtime) -> None:
    """Make ``runtime`` the one that flows of this context use when they name none."""
    _current.set(runtime)


def current_runtime() -> Runtime:
    """The runtime opened around this code.

    Raises:
        InterlockError: none is.
    """
    try:
        return _current.get()
    except LookupError:
        raise InterlockError(
            "no runtime is open here", hint="run this inside `async with interlock.open_runtime()`"
        ) from None


class Pipeline:
    """Stages that hand a value on: ``await Pipeline(["figma.get_file", summarise]).execute(x)``.

    A stage is a tool's name, called with the value as its arguments (a value that is no mapping
    becomes the tool's first argument), or a function or coroutine function of the value.
    """

    def __init__(self, stages: Sequence[Stage], *, runtime: Runtime | None = None) -> None:
        self._stages = tuple(stages)
        self._runtime = runtime

    async def execute(self, value: Any) -> Any:
        """The last stage's result; the first error ends it."""
        runtime = self._runtime or current_runtime()
        for stage in self._stages:
            value = await _run(stage, value, runtime)
        return value

    def as_workflow(self, name: str) -> Template:
        """The same as a workflow with the input ``{value}``, for :meth:`Runtime.register`.

        Its runs are on record like any other: each tool's call is a step, and done once.

        Raises:
            TypeError: a stage is a coroutine function; what it awaits belongs into a tool.
        """
        return pipeline_template(name, self._stages, self._arguments)

    def _arguments(self, tool: str, value: Any) -> Mapping[str, Any]:
        return _arguments(tool, value, self._runtime or current_runtime())


async def _run(stage: Stage, value: Any, runtime: Runtime) -> Any:
    if isinstance(stage, str):
        return await runtime.call(stage, _arguments(stage, value, runtime))
    result = stage(value)
    return await result if inspect.isawaitable(result) else result


def _arguments(tool: str, value: Any, runtime: Runtime) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    first = next(iter(runtime.tool(tool)["input_schema"]["properties"]), None)
    return {} if first is None else {first: value}


async def gather(*calls: Awaitable[T], limit: int | None = None) -> list[T]:
    """Await ``calls`` side by side; results in the order of the arguments.

    The first error cancels the others and is raised as it is.

    Args:
        limit: how many at once; default: all.
    """
    results: list[Any] = [None] * len(calls)
    slots = anyio.Semaphore(limit or max(1, len(calls)), fast_acquire=True)

    async def one(index: int, call: Awaitable[T]) -> None:
        async with slots:
            results[index] = await call

    try:
        async with anyio.create_task_group() as tasks:
            for index, call in enumerate(calls):
                tasks.start_soon(one, index, call)
    except BaseExceptionGroup as group:
        raise _first(group) from None
    finally:
        for call in calls:
            if inspect.iscoroutine(call):
                call.close()
    return results


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
