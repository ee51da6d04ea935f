"""Functions on lists and mappings; none changes its arguments."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import Any

from interlock.expr.budget import Budget
from interlock.expr.functions.arguments import mapping, sequence, text, whole
from interlock.expr.functions.texts import as_text, canonical
from interlock.expr.operators import equal

_ABSENT: Any = object()


def length(value: Any) -> int:
    return len(value if isinstance(value, str | dict) else sequence(value))


def count(budget: Budget, holder: Any, value: Any = _ABSENT) -> int:
    """How many values there are, or how many equal ``value``."""
    if value is _ABSENT:
        return length(holder)
    if isinstance(holder, str):
        return holder.count(text(value))
    return sum(equal(item, value, budget) for item in sequence(holder))


def get(holder: Any, path: Any, default: Any = None) -> Any:
    """What stands at ``"a.b.0"``, or ``default`` if any part of the path is not there."""
    return _at(holder, path, default)


def has(holder: Any, path: Any) -> bool:
    return _at(holder, path, _ABSENT) is not _ABSENT


def _at(holder: Any, path: Any, default: Any) -> Any:
    for part in text(path).split("."):
        if isinstance(holder, dict) and part in holder:
            holder = holder[part]
        elif isinstance(holder, list) and part.isdecimal() and int(part) < len(holder):
            holder = holder[int(part)]
        else:
            return default
    return holder


def first(items: Any, default: Any = None) -> Any:
    return sequence(items)[0] if sequence(items) else default


def last(items: Any, default: Any = None) -> Any:
    return sequence(items)[-1] if sequence(items) else default


def any_of(items: Any) -> bool:
    return any(sequence(items))


def all_of(items: Any) -> bool:
    return all(sequence(items))


def ordered(items: Any, by: Any = None, descending: Any = False) -> list[Any]:
    """Sorted by value, or by what stands at the path ``by`` of each."""
    values = sequence(items)
    key = None if by is None else (lambda item: get(item, by))
    try:
        return builtins.sorted(values, key=key, reverse=bool(descending))
    except TypeError:
        raise TypeError("values of different kinds have no order") from None


def backwards(items: Any) -> list[Any]:
    return list(sequence(items)[::-1])


def unique(budget: Budget, items: Any, by: Any = None) -> list[Any]:
    """The first of each value, or of each value at the path ``by``."""
    found: dict[tuple[bool, bytes], Any] = {}
    for item in sequence(items):
        value = item if by is None else get(item, by)
        found.setdefault((isinstance(value, str), canonical(budget, value)), item)
    return list(found.values())


def flatten(budget: Budget, items: Any) -> list[Any]:
    """One level: the values of the lists among ``items``, and the other items themselves."""
    parts = [item if isinstance(item, list) else [item] for item in sequence(items)]
    room = sum(map(len, parts))
    budget.hold(room)
    budget.charge(room // 16)
    return [value for part in parts for value in part]


def zipped(*lists: Any) -> list[list[Any]]:
    """Lists of the first values, the second ones, and so on; as long as the shortest."""
    return [list(row) for row in builtins.zip(*map(sequence, lists), strict=False)]


def enumerated(items: Any, start: Any = 0) -> list[list[Any]]:
    return [[i, item] for i, item in builtins.enumerate(sequence(items), whole(start, 0, 2**32))]


def chunk(items: Any, size: Any) -> list[list[Any]]:
    """Lists of ``size`` values, the last one of what is left."""
    values, step = list(sequence(items)), whole(size, 1, 2**32)
    return [values[start : start + step] for start in range(0, len(values), step)]


def keys(value: Any) -> list[str]:
    return list(mapping(value))


def values(value: Any) -> list[Any]:
    return list(mapping(value).values())


def items(value: Any) -> list[list[Any]]:
    """``[[key, value], ...]``, for ``for key, value in items(...)``."""
    return [[key, item] for key, item in mapping(value).items()]


def merge(*mappings: Any) -> dict[str, Any]:
    """All keys; of one that is given twice, the later value."""
    return {key: value for each in mappings for key, value in mapping(each).items()}


def pick(value: Any, names: Any) -> dict[str, Any]:
    wanted = frozenset(map(text, sequence(names)))
    return {key: item for key, item in mapping(value).items() if key in wanted}


def omit(value: Any, names: Any) -> dict[str, Any]:
    unwanted = frozenset(map(text, sequence(names)))
    return {key: item for key, item in mapping(value).items() if key not in unwanted}


def group_by(budget: Budget, items: Any, by: Any) -> dict[str, list[Any]]:
    """``{value at the path ``by``: [items]}``."""
    groups: dict[str, list[Any]] = {}
    for key, item in _keyed(budget, items, by):
        groups.setdefault(key, []).append(item)
    return groups


def index_by(budget: Budget, items: Any, by: Any) -> dict[str, Any]:
    """``{value at the path ``by``: item}``; the last item of a value wins."""
    return dict(_keyed(budget, items, by))


def _keyed(budget: Budget, items: Any, by: Any) -> Iterator[tuple[str, Any]]:
    for item in sequence(items):
        yield as_text(budget, get(item, by)), item
