"""Calling functions, and what it is charged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from interlock.expr.budget import Budget
from interlock.expr.errors import ExpressionError, MissingValue, Source
from interlock.expr.functions.table import Callee
from interlock.expr.lookups import Evaluate, Scope

_VALUES_PER_STEP = 2


def call(
    source: Source,
    offset: int,
    name: str,
    callee: Callee,
    positional: Sequence[Evaluate],
    named: Mapping[str, Evaluate],
) -> Evaluate:
    function, budgeted = callee.call, callee.budgeted

    def evaluate(scope: Scope, budget: Budget) -> Any:
        values = [argument(scope, budget) for argument in positional]
        options = {key: argument(scope, budget) for key, argument in named.items()}
        try:
            _charge(callee, budget, (*values, *options.values()))
            if budgeted:
                return function(budget, *values, **options)
            result = function(*values, **options)
            if callee.foreign:
                budget.weigh(result)
        except ExpressionError:
            raise
        except Exception as error:  # noqa: BLE001 - a plugin's function may raise anything
            raise source.error(offset, f"{name}(): {str(error) or type(error).__name__}") from None
        return result

    return evaluate


def _charge(callee: Callee, budget: Budget, values: Iterable[Any]) -> None:
    budget.charge(callee.cost)
    if callee.reads == "everything":
        for value in values:
            budget.weigh(value)
    elif callee.reads == "values":
        for value in values:
            if isinstance(value, str):
                budget.charge_text(len(value))
            elif isinstance(value, list | dict):
                budget.charge(len(value) // _VALUES_PER_STEP)


def default(value: Evaluate, fallback: Evaluate) -> Evaluate:
    """``default(value, fallback)``: the fallback where the value is null or not there."""

    def evaluate(scope: Scope, budget: Budget) -> Any:
        try:
            found = value(scope, budget)
        except MissingValue:
            found = None
        return fallback(scope, budget) if found is None else found

    return evaluate
