"""Operations that the configuration writes down, one under each name of ``tools``."""

from __future__ import annotations

from typing import Any

from interlock_http.bodies import Body
from interlock_http.operation import Operation, facts_of
from interlock_http.paging import Cursor, Paging, argument_of
from interlock_http.parameters import Parameter
from interlock_http.settings import ToolSettings


def operation_of(name: str, wanted: ToolSettings, *, keyed: bool) -> Operation:
    """What the configuration says of a tool, as an operation."""
    query = _with_paging(wanted)
    schemas: dict[str, Any] = {**wanted.in_path(), **query, **wanted.headers, **wanted.body}
    if wanted.whole_body is not None:
        schemas["body"] = wanted.whole_body
    parameters = [Parameter(argument, argument, "path") for argument in wanted.in_path()]
    parameters += [Parameter(argument, argument, "query") for argument in query]
    parameters += [Parameter(argument, argument, "header") for argument in wanted.headers]
    return Operation(
        name=name,
        method=wanted.method,
        path=wanted.path,
        parameters=tuple(parameters),
        body=_body(wanted),
        description=wanted.description or f"{wanted.method} {wanted.path}",
        input_schema={
            "type": "object",
            "properties": schemas,
            "required": [*wanted.in_path(), *wanted.required],
            "additionalProperties": False,
        },
        # With pages the result is no longer the answer; see Caller.call.
        output_schema={} if wanted.paging else wanted.returns,
        facts=wanted.applied_to(facts_of(wanted.method, keyed=keyed)),
        paging=wanted.paging,
        pick=wanted.pick,
    )


def _with_paging(wanted: ToolSettings) -> dict[str, Any]:
    """The parameters of the query, and the one that pages need if it is nowhere else."""
    needed = _argument(wanted.paging)
    there = {*wanted.in_path(), *wanted.query, *wanted.headers, *wanted.body}
    if not needed or needed in there:
        return wanted.query
    kind = ["string", "integer"] if isinstance(wanted.paging, Cursor) else "integer"
    return {**wanted.query, needed: {"type": kind}}


def _argument(paging: Paging | None) -> str:
    return "" if paging is None else argument_of(paging)


def _body(wanted: ToolSettings) -> Body | None:
    media_type = "application/x-www-form-urlencoded" if wanted.form else "application/json"
    if wanted.body:
        return Body(fields={name: name for name in wanted.body}, media_type=media_type)
    return None if wanted.whole_body is None else Body(media_type=media_type)
