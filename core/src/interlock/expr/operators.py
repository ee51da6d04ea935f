"""Python's operators on JSON values, with bounds on what they take and what they make.

Each raises TypeError, ValueError or ArithmeticError with a message for people.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from math import isfinite
from typing import Any

from interlock.expr.budget import Budget

Operator = Callable[[Any, Any, Budget], Any]

_NUMBERS = (int, float)
_INTEGER_BITS = 63  # what every JSON reader and SQLite can hold
_SHORT = 1024
_COLLECTIONS = frozenset({list, tuple, dict})
_NAMES = {str: "a text", list: "a list", tuple: "a list", dict: "a mapping", type(None): "null"}
_NAMES |= {int: "a number", float: "a number", bool: "a truth value"}


def kind(value: Any) -> str:
    """What a value is, in words: ``a text``, ``a list``, ``null``."""
    return _NAMES.get(value.__class__, f"a {value.__class__.__name__}")


def number(value: Any) -> Any:
    """A number, if JSON can hold it."""
    if value.__class__ is int and value.bit_length() > _INTEGER_BITS:
        raise ValueError("a whole number does not fit into 64 bits")
    if value.__class__ is float and not isfinite(value):
        raise ValueError("a number is infinite or not a number")
    return value


def mismatch(symbol: str, left: Any, right: Any) -> TypeError:
    return TypeError(f"{symbol} cannot take {kind(left)} and {kind(right)}")


def add(left: Any, right: Any, budget: Budget) -> Any:
    if isinstance(left, _NUMBERS) and isinstance(right, _NUMBERS):
        return number(left + right)
    if isinstance(left, str) and isinstance(right, str):
        budget.hold(len(left) + len(right))
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        budget.hold(len(left) + len(right))
        budget.charge(len(left) + len(right))
        return left + right
    raise mismatch("+", left, right)


def multiply(left: Any, right: Any, budget: Budget) -> Any:
    if isinstance(left, _NUMBERS) and isinstance(right, _NUMBERS):
        return number(left * right)
    if isinstance(left, str) and isinstance(right, int):
        budget.hold(len(left) * right)
        return left * right
    raise mismatch("*", left, right)


def _numeric(symbol: str, compute: Callable[[Any, Any], Any]) -> Operator:
    def apply(left: Any, right: Any, _budget: Budget) -> Any:
        if isinstance(left, _NUMBERS) and isinstance(right, _NUMBERS):
            return number(compute(left, right))
        raise mismatch(symbol, left, right)

    return apply


def equal(left: Any, right: Any, budget: Budget) -> bool:
    _charge_comparison(left, right, budget)
    return bool(left == right)


def unequal(left: Any, right: Any, budget: Budget) -> bool:
    _charge_comparison(left, right, budget)
    return bool(left != right)


def _charge_comparison(left: Any, right: Any, budget: Budget) -> None:
    if left.__class__ is str:
        if len(left) > _SHORT:
            budget.charge_text(len(left))
    elif left.__class__ in _COLLECTIONS and right.__class__ in _COLLECTIONS:
        budget.weigh(left)
        budget.weigh(right)


def _ordering(symbol: str, compare: Callable[[Any, Any], bool]) -> Operator:
    def apply(left: Any, right: Any, budget: Budget) -> bool:
        _charge_comparison(left, right, budget)
        try:
            return compare(left, right)
        except TypeError:
            raise mismatch(symbol, left, right) from None

    return apply


def within(needle: Any, holder: Any, budget: Budget) -> bool:
    """``in``: a part of a text, a value of a list, a key of a mapping."""
    if isinstance(holder, str):
        if not isinstance(needle, str):
            raise mismatch("in", needle, holder)
        budget.charge(len(holder) // 64)
        return needle in holder
    if isinstance(holder, dict):
        return isinstance(needle, str) and needle in holder
    if isinstance(holder, list | tuple):
        budget.weigh(holder)
        budget.weigh(needle)
        return needle in holder
    raise mismatch("in", needle, holder)


def _not_within(needle: Any, holder: Any, budget: Budget) -> bool:
    return not within(needle, holder, budget)


SYMBOLS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
BINARY: dict[type[ast.operator], Operator] = {
    ast.Add: add,
    ast.Sub: _numeric("-", operator.sub),
    ast.Mult: multiply,
    ast.Div: _numeric("/", operator.truediv),
    ast.FloorDiv: _numeric("//", operator.floordiv),
    ast.Mod: _numeric("%", operator.mod),
}
COMPARISONS: dict[type[ast.cmpop], Operator] = {
    ast.Eq: equal,
    ast.NotEq: unequal,
    ast.Lt: _ordering("<", operator.lt),
    ast.LtE: _ordering("<=", operator.le),
    ast.Gt: _ordering(">", operator.gt),
    ast.GtE: _ordering(">=", operator.ge),
    ast.In: within,
    ast.NotIn: _not_within,
    ast.Is: lambda left, right, _budget: left is right,
    ast.IsNot: lambda left, right, _budget: left is not right,
}


def negative(value: Any) -> Any:
    if isinstance(value, _NUMBERS):
        return number(-value)
    raise TypeError(f"- cannot take {kind(value)}")


def positive(value: Any) -> Any:
    if isinstance(value, _NUMBERS):
        return +value
    raise TypeError(f"+ cannot take {kind(value)}")
