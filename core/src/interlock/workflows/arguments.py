"""Checking the arguments of a call as far as they are written out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from interlock.expr import ExpressionError, Shape, compile_value
from interlock.sdk.json_schema import Schema, reason_of
from interlock.workflows.reading import advice, listed

if TYPE_CHECKING:
    from interlock.workflows.reading import Node


def check_arguments(node: Node, tool: str, schema: Mapping[str, Any]) -> None:
    """Unknown and missing arguments, and values that do not fit, of what is called ``tool``."""
    given = node.data.get("with", {})
    properties = schema.get("properties", {})
    if not isinstance(given, dict):
        return
    for name, value in given.items():
        if name in properties:
            _check_value(node, name, value, properties[name], schema)
        elif schema.get("additionalProperties") is False:
            known = listed(properties) or "no arguments"
            fault = node.reading.document.fault(
                (*node.path, "with", name),
                f"{tool} has no argument {name!r}",
                on_key=True,
                **advice(name, properties, f"one of {known}"),
            )
            node.reading.faults.append(fault)
    missing = [name for name in schema.get("required", ()) if name not in given]
    if missing:
        key = next(key for key in ("with", "call", "include", "run") if key in node.data)
        node.key_fault(key, f"{tool} needs {listed(missing)}", expected=listed(missing))


def _check_value(node: Node, name: str, value: Any, schema: Any, root: Mapping[str, Any]) -> None:
    if not isinstance(schema, Mapping):
        return
    if _has_expression(value):
        _check_computed(node, name, value, Shape(schema, root))
        return
    definitions = {key: root[key] for key in ("$defs", "definitions") if key in root}
    for found in Schema({**schema, **definitions}).faults(value):
        path = (*node.path, "with", name, *found.absolute_path)
        meant = isinstance(value, str) and "{{" in value
        hint = "an expression is written ${{ ... }}" if meant else ""
        message = f"argument {name!r}: {reason_of(found)}"
        node.reading.faults.append(node.reading.document.fault(path, message, hint=hint))


def _check_computed(node: Node, name: str, value: Any, wanted: Shape) -> None:
    """The type of an expression, where that is known."""
    inner = node.inside_of("with")
    try:
        computed = compile_value(value, node.reading.functions)
        kinds = inner.shape(computed).kinds()
    except ExpressionError:
        return  # told by whoever reads the arguments
    allowed = wanted.kinds()
    if "number" in allowed or "integer" in allowed:
        allowed |= {"number", "integer"}
    if kinds and allowed and not kinds & allowed:
        given = listed(sorted(kinds))
        inner.doubt(
            name, f"argument {name!r}: expected {listed(sorted(wanted.kinds()))}, not {given}"
        )


def _has_expression(value: Any) -> bool:
    match value:
        case str():
            return "${{" in value
        case dict():
            return any(map(_has_expression, value.values()))
        case list():
            return any(map(_has_expression, value))
        case _:
            return False
