"""From a coroutine function under ``@workflow`` to a template."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import orjson
from pydantic import TypeAdapter

from interlock.events import Trigger
from interlock.expr import compile_value
from interlock.journal import digest_of
from interlock.sdk.json_schema import Schema
from interlock.sdk.signature import Signature
from interlock.sdk.workflows import WorkflowMark, workflow_mark
from interlock.workflows.code.flow import Flow
from interlock.workflows.frame import Frame
from interlock.workflows.queues import Place
from interlock.workflows.template import Block, Step, Template

if TYPE_CHECKING:
    from interlock.workflows.interpreter import Interpreter

Function = Callable[..., Awaitable[Any]]


def template_of(function: Function) -> Template:
    """The template of a workflow in Python.

    Its version is the digest of the file that the function stands in: the code of a workflow is
    also what it calls there.

    Raises:
        TypeError: the function has no ``@workflow``, is no coroutine function, or its signature
            cannot be read.
    """
    mark = workflow_mark(function)
    if mark is None:
        raise TypeError(f"{function!r} is not marked with @workflow()")
    if not inspect.iscoroutinefunction(function):
        raise TypeError(f"{function.__qualname__} is not an `async def`")
    if not inspect.signature(function).parameters:
        raise TypeError(f"{function.__qualname__} does not take the run's context")
    code = Code(function)
    source = orjson.dumps(
        {
            "workflow": mark.name,
            "python": f"{function.__module__}:{function.__qualname__}",
            "code": source_of(function),
        }
    )
    return Template(
        name=mark.name,
        version=digest_of(source),
        description=mark.description or code.signature.description,
        aliases=mark.aliases,
        input=Schema(code.input_schema),
        output=Schema(code.signature.output_schema),
        block=Block((Step("code", code),)),
        result=None,
        source=source,
        timeout=mark.timeout,
        queue=None if mark.queue is None else Place(mark.queue),
        triggers=_triggers(mark, code),
    )


def _triggers(mark: WorkflowMark, code: Code) -> tuple[Trigger, ...]:
    """What hands it the events that it is for."""
    if mark.on and "event" not in code.input_schema.get("properties", {}):
        raise TypeError(f"workflow {mark.name} is started by events, and takes no `event`")
    given = compile_value({"event": "${{ event }}"})
    return tuple(Trigger(f"{mark.name} on {each}", each, mark.name, given) for each in mark.on)


@dataclass(frozen=True)
class Code:
    """Runs a coroutine function under the run's context.

    A function whose only parameter beside the context is named ``input`` gets the whole input.
    """

    keeps_timeout: ClassVar[bool] = True
    function: Function

    @cached_property
    def signature(self) -> Signature:
        return Signature(self.function.__name__, self.function)

    @cached_property
    def _whole(self) -> TypeAdapter[Any] | None:
        names = list(inspect.signature(self.function).parameters)[1:]
        if names != ["input"]:
            return None
        hints = inspect.get_annotations(self.function, eval_str=True)
        return TypeAdapter(hints.get("input", Mapping[str, Any]))

    @property
    def input_schema(self) -> dict[str, Any]:
        if self._whole is None:
            return self.signature.input_schema
        return self._whole.json_schema()

    async def perform(self, run: Interpreter, step: Step, frame: Frame, path: str) -> Any:
        flow = Flow(run, frame, inspect.getfile(self.function))
        branch = flow.main(self._call(flow, frame.scope["input"]), "")
        output = await flow.drive(branch)
        frame.position = max(frame.position, branch.position)
        return output

    async def _call(self, flow: Flow, values: Mapping[str, Any]) -> Any:
        if self._whole is None:
            output = await self.function(flow, **self.signature.arguments(values))
        else:
            output = await self.function(flow, self._whole.validate_python(values))
        return self.signature.result(output)


def source_of(function: Callable[..., Any]) -> str:
    """What tells versions of a function apart: the file that it stands in."""
    module = inspect.getmodule(function)
    try:
        return inspect.getsource(module if module is not None else function)
    except (OSError, TypeError):
        # Defined where there is no file, as at a prompt: its byte code has to tell versions apart.
        return function.__code__.co_code.hex()
