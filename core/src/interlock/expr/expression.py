"""One expression: read, compiled, ready to be evaluated and checked."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from interlock.expr.budget import Budget
from interlock.expr.checker import Checker
from interlock.expr.compiler import Compiler
from interlock.expr.errors import Problem, Source
from interlock.expr.functions.table import callees
from interlock.expr.lookups import Key, Reference
from interlock.expr.reader import read
from interlock.expr.references import references_of
from interlock.expr.shapes import Shape
from interlock.sdk.hooks import Function

_BUILDERS = (ast.BinOp, ast.Call, ast.Dict, ast.DictComp, ast.List, ast.ListComp)


class Expression:
    """Immutable; may be evaluated many times, and by several tasks at once.

    Raises:
        ExpressionError: the text is not an expression.
    """

    __slots__ = ("_builds", "_evaluate", "_tree", "references")

    def __init__(
        self, source: Source, text: str, functions: Mapping[str, Function] | None = None
    ) -> None:
        tree = read(source, text)
        self._tree = tree
        self._evaluate = Compiler(tree, callees(functions or {})).compile(tree.root)
        # What only looks up and compares returns what exists already, and need not be weighed.
        self._builds = any(isinstance(node, _BUILDERS) for node in ast.walk(tree.root))
        self.references: tuple[Reference, ...] = references_of(tree)

    @property
    def location(self) -> tuple[Key, ...]:
        """Where it stands in the value that it was compiled with."""
        return self._tree.source.location

    @property
    def text(self) -> str:
        return self._tree.text

    def evaluate(self, scope: Mapping[str, Any], budget: Budget | None = None) -> Any:
        """The JSON value for the JSON values of ``scope``.

        Values of the scope are handed on as they are, not copied.

        Raises:
            ExpressionError: anything else that can happen, with the offset in the text.
        """
        budget = budget or Budget()
        try:
            value = self._evaluate(scope, budget)
            if self._builds:
                budget.weigh(value)
        except ValueError as error:
            raise self._tree.source.error(0, str(error)) from None
        except RecursionError:
            raise self._tree.source.error(0, "a value is nested too deep") from None
        return value

    def check(self, scope_schemas: Mapping[str, Any]) -> list[Problem]:
        """Names and keys that the JSON Schemas of the scope's names rule out.

        A schema that says nothing about a key lets it pass, but one that lists ``properties``
        and not ``additionalProperties`` counts as complete.
        """
        return Checker(self._tree, scope_schemas).problems()

    def shape(self, scope_schemas: Mapping[str, Any]) -> Shape:
        """What the value looks like if the scope is as its schemas say, as far as that is known."""
        return Checker(self._tree, scope_schemas).shape()

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


def parse(text: str, functions: Mapping[str, Function] | None = None) -> Expression:
    """A bare expression, without ``${{ }}``, as it stands in ``when:``; with them, as well.

    Args:
        functions: those of plugins, by name.

    Raises:
        ExpressionError: with the offset in ``text``.
    """
    stripped = text.strip()
    if stripped.startswith("${{") and stripped.endswith("}}"):
        start = text.index("${{") + 3
        return Expression(Source(text, start), text[start : text.rindex("}}")], functions)
    return Expression(Source(text), text, functions)
