"""Comprehensions: every round pays for the text it runs over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from interlock.expr.budget import Budget
from interlock.expr.errors import Source
from interlock.expr.functions.arguments import sequence
from interlock.expr.lookups import Evaluate, Scope

Names = list[str] | str
Inner = Callable[[dict[str, Any], Budget], None]
Loop = Callable[[dict[str, Any], Budget, Inner], None]


def loop(
    source: Source,
    offset: int,
    names: Names,
    values: Evaluate,
    conditions: Sequence[Evaluate],
    cost: int,
) -> Loop:
    """One ``for names in values if conditions``; ``cost`` is charged for each round."""

    def run(scope: dict[str, Any], budget: Budget, inner: Inner) -> None:
        try:
            for value in sequence(values(scope, budget)):
                budget.charge(cost)
                if isinstance(names, str):
                    scope[names] = value
                else:
                    scope.update(zip(names, _unpacked(value, names), strict=True))
                for condition in conditions:
                    if not condition(scope, budget):
                        break
                else:
                    inner(scope, budget)
        except (TypeError, ValueError) as error:
            raise source.error(offset, str(error)) from None

    return run


def _unpacked(value: Any, names: list[str]) -> Any:
    parts = sequence(value)
    if len(parts) != len(names):
        raise ValueError(f"{len(parts)} values cannot be given to {', '.join(names)}")
    return parts


def list_comprehension(element: Evaluate, loops: Sequence[Loop]) -> Evaluate:
    def evaluate(scope: Scope, budget: Budget) -> list[Any]:
        found: list[Any] = []

        def keep(inner: dict[str, Any], budget: Budget) -> None:
            found.append(element(inner, budget))

        _nested(loops, keep)(dict(scope), budget)
        return found

    return evaluate


def dict_comprehension(key: Evaluate, value: Evaluate, loops: Sequence[Loop]) -> Evaluate:
    def evaluate(scope: Scope, budget: Budget) -> dict[str, Any]:
        found: dict[str, Any] = {}

        def keep(inner: dict[str, Any], budget: Budget) -> None:
            found[key(inner, budget)] = value(inner, budget)

        _nested(loops, keep)(dict(scope), budget)
        return found

    return evaluate


def _nested(loops: Sequence[Loop], innermost: Inner) -> Inner:
    run = innermost
    for each in reversed(loops):
        run = _around(each, run)
    return run


def _around(outer: Loop, inner: Inner) -> Inner:
    return lambda scope, budget: outer(scope, budget, inner)
