"""The functions that every expression may call. All are pure: same arguments, same result."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from interlock.expr.functions import collections, dates, numbers, texts
from interlock.sdk.hooks import Function


@dataclass(frozen=True)
class Callee:
    """A function as the compiler sees it.

    Attributes:
        cost: steps charged for each call, on top of what it reads.
        reads: how much of its arguments it looks at, which is charged before the call.
        budgeted: its first argument is the Budget, to ask for what it is about to build.
        foreign: it comes from a plugin, so its result is looked at as well.
    """

    call: Callable[..., Any]
    cost: int = 4
    reads: Literal["little", "values", "everything"] = "values"
    budgeted: bool = False
    foreign: bool = False

    @cached_property
    def _signature(self) -> inspect.Signature | None:
        try:
            signature = inspect.signature(self.call)
        except ValueError:  # some functions written in C have none
            return None
        parameters = list(signature.parameters.values())[1 if self.budgeted else 0 :]
        return signature.replace(parameters=parameters)

    def refusal(self, positional: int, named: list[str]) -> str:
        """Why it cannot be called with so many arguments; empty if it can."""
        if self._signature is not None:
            try:
                self._signature.bind(*[None] * positional, **dict.fromkeys(named))
            except TypeError as error:
                return str(error)
        return ""


def _truth(value: Any) -> bool:
    return bool(value)


BUILTINS: Mapping[str, Callee] = {
    "abs": Callee(numbers.absolute),
    "all": Callee(collections.all_of),
    "any": Callee(collections.any_of),
    "base64": Callee(texts.to_base64),
    "base64_decode": Callee(texts.from_base64),
    "bool": Callee(_truth, reads="little"),
    "chunk": Callee(collections.chunk),
    "contains": Callee(texts.contains, budgeted=True),
    "count": Callee(collections.count, budgeted=True),
    "date": Callee(dates.date),
    "date_add": Callee(dates.date_add),
    "date_diff": Callee(dates.date_diff),
    "date_format": Callee(dates.date_format),
    "ends_with": Callee(texts.ends_with),
    "enumerate": Callee(collections.enumerated),
    "first": Callee(collections.first, reads="little"),
    "flatten": Callee(collections.flatten, budgeted=True),
    "float": Callee(numbers.to_float),
    "from_timestamp": Callee(dates.from_timestamp),
    "get": Callee(collections.get, reads="little"),
    "group_by": Callee(collections.group_by, budgeted=True),
    "has": Callee(collections.has, reads="little"),
    "hash": Callee(texts.sha256, budgeted=True),
    "index_by": Callee(collections.index_by, budgeted=True),
    "int": Callee(numbers.to_int),
    "items": Callee(collections.items),
    "join": Callee(texts.join, budgeted=True),
    "json": Callee(texts.to_json, budgeted=True),
    "keys": Callee(collections.keys),
    "last": Callee(collections.last, reads="little"),
    "len": Callee(collections.length, reads="little"),
    "lower": Callee(texts.lower),
    "matches": Callee(texts.matches, cost=40, budgeted=True),
    "max": Callee(numbers.greatest, reads="everything"),
    "merge": Callee(collections.merge),
    "min": Callee(numbers.least, reads="everything"),
    "omit": Callee(collections.omit),
    "parse_json": Callee(texts.parse_json, budgeted=True),
    "pick": Callee(collections.pick),
    "range": Callee(numbers.numbers_between, budgeted=True),
    "replace": Callee(texts.replace, budgeted=True),
    "reversed": Callee(collections.backwards),
    "round": Callee(numbers.rounded),
    "slug": Callee(texts.slug),
    "sorted": Callee(collections.ordered, reads="everything"),
    "split": Callee(texts.split, budgeted=True),
    "starts_with": Callee(texts.starts_with),
    "str": Callee(texts.as_text, budgeted=True),
    "sum": Callee(numbers.total),
    "timestamp": Callee(dates.timestamp),
    "title": Callee(texts.title),
    "trim": Callee(texts.trim),
    "unique": Callee(collections.unique, budgeted=True),
    "upper": Callee(texts.upper),
    "values": Callee(collections.values),
    "zip": Callee(collections.zipped),
}
"""By name. ``default(value, fallback)`` is not here: the compiler knows it, because it must
not fail where its first argument is missing."""


def callees(functions: Mapping[str, Function]) -> Mapping[str, Callee]:
    """The built-in functions, and those of plugins, which cannot replace a built-in one."""
    foreign = {
        name: Callee(function.call, function.cost, reads="everything", foreign=True)
        for name, function in functions.items()
    }
    return {**foreign, **BUILTINS} if foreign else BUILTINS
