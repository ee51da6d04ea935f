"""Functions on numbers."""

from __future__ import annotations

import builtins
from typing import Any

from interlock.expr.budget import Budget
from interlock.expr.functions.arguments import numeric, sequence, text, whole
from interlock.expr.operators import number


def to_int(value: Any) -> int:
    if isinstance(value, int | float):
        return int(number(int(value)))
    return int(number(int(text(value))))


def to_float(value: Any) -> float:
    return float(number(float(value if isinstance(value, int | float) else text(value))))


def absolute(value: Any) -> Any:
    return number(abs(numeric(value)))


def rounded(value: Any, digits: Any = None) -> Any:
    places = None if digits is None else whole(digits, -20, 20)
    return number(round(numeric(value), places))


def total(items: Any, start: Any = 0) -> Any:
    result = numeric(start)
    for item in sequence(items):
        result = number(result + numeric(item))
    return result


def least(*values: Any) -> Any:
    return builtins.min(*_candidates(values))


def greatest(*values: Any) -> Any:
    return builtins.max(*_candidates(values))


def _candidates(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """One list, or two values and more; as Python's ``min`` takes them."""
    if len(values) == 1 and not sequence(values[0]):
        raise ValueError("the list is empty")
    return values


def numbers_between(budget: Budget, *bounds: Any) -> list[int]:
    """Python's ``range``, as a list."""
    found = builtins.range(*(whole(bound, -(2**62), 2**62) for bound in bounds))
    # Python refuses the length of what does not fit into 64 bits; such a range is too long anyway.
    length = max(0, (found.stop - found.start) // found.step + 1)
    budget.hold(length)
    budget.charge(length // 16)
    return list(found)
