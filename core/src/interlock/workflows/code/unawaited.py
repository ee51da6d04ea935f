"""Steps that nobody awaits: Python would drop them, and the run would succeed without them."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from textwrap import dedent
from typing import Any

from interlock.sdk.workflows import WorkflowContext

_STEPS = {
    name for name, member in vars(WorkflowContext).items() if inspect.iscoroutinefunction(member)
}


def unawaited(function: Callable[..., Any]) -> Iterator[tuple[int, int, str]]:
    """``(line, column, step)`` in the file of each statement that makes a step and drops it."""
    lines, first = inspect.getsourcelines(function)
    source = "".join(lines)
    indented = len(lines[0]) - len(lines[0].lstrip())
    context = next(iter(inspect.signature(function).parameters))
    for node in ast.walk(ast.parse(dedent(source))):
        match node:
            case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), step))) if name == context:
                if step in _STEPS:
                    yield first + node.lineno - 1, node.col_offset + indented + 1, step
