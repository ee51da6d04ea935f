"""Stages one after the other, as a workflow."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from interlock.journal import digest_of
from interlock.sdk.workflows import WorkflowContext, workflow
from interlock.workflows.code.templates import source_of, template_of
from interlock.workflows.template import Template

Stage = str | Callable[[Any], Any]


def pipeline_template(
    name: str, stages: Sequence[Stage], arguments: Callable[[str, Any], Mapping[str, Any]]
) -> Template:
    """A workflow with the input ``{value}`` that hands the value from stage to stage.

    Its calls of tools are steps. Its functions are run again after a crash, so they depend on
    nothing but the value.

    Args:
        arguments: of a tool for a value.

    Raises:
        TypeError: a stage is a coroutine function, whose I/O would not be on record.
    """
    for stage in stages:
        if inspect.iscoroutinefunction(stage):
            raise TypeError(f"{stage.__qualname__}: put what a stage awaits into a tool")

    @workflow(name=name, description="A pipeline: " + ", ".join(map(_name, stages)))
    async def run(ctx: WorkflowContext, value: Any) -> Any:
        for stage in stages:
            if isinstance(stage, str):
                value = await ctx.call(stage, arguments(stage, value))
            else:
                value = stage(value)
        return value

    code = [
        stage if isinstance(stage, str) else [_name(stage), source_of(stage)] for stage in stages
    ]
    source = orjson.dumps({"workflow": name, "python": f"pipeline {name}", "code": code})
    return replace(template_of(run), source=source, version=digest_of(source))


def _name(stage: Stage) -> str:
    return stage if isinstance(stage, str) else getattr(stage, "__qualname__", repr(stage))
