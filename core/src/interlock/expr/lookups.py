"""Looking things up: ``a.b`` in mappings, ``a[0]`` in lists."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interlock.expr.budget import Budget
from interlock.expr.errors import ExpressionError, MissingValue, Source, did_you_mean
from interlock.expr.operators import kind
from interlock.expr.reader import Tree, constant

Scope = Mapping[str, Any]
Evaluate = Callable[[Scope, Budget], Any]
Key = str | int


@dataclass(frozen=True, slots=True)
class Reference:
    """A name and the constant keys that follow it, e.g. ``steps`` and ``("file", "name")``.

    ``offset`` is where the name stands in the text, ``location`` where the text stands in the
    value that was compiled. ``path`` ends before the first key that is computed.
    """

    root: str
    path: tuple[Key, ...]
    offset: int
    location: tuple[Key, ...] = ()


def constant_path(tree: Tree, node: ast.expr) -> tuple[ast.expr, list[Key], list[int]]:
    """What a chain of constant keys begins with, the keys, and where each stands."""
    keys: list[Key] = []
    offsets: list[int] = []
    while True:
        if isinstance(node, ast.Attribute):
            key: Any = node.attr
        elif isinstance(node, ast.Subscript):
            key = constant(node.slice)[1]
            if not isinstance(key, str | int) or isinstance(key, bool):
                break
        else:
            break
        keys.insert(0, key)
        offsets.insert(0, tree.name_offset(node))
        node = node.value
    return node, keys, offsets


def name_lookup(source: Source, name: str, offset: int) -> Evaluate:
    def evaluate(scope: Scope, _budget: Budget) -> Any:
        try:
            return scope[name]
        except KeyError:
            raise unknown_name(source, offset, name, scope) from None

    return evaluate


def path_lookup(
    source: Source, base: Evaluate, keys: Sequence[Key], offsets: Sequence[int]
) -> Evaluate:
    def evaluate(scope: Scope, budget: Budget) -> Any:
        holder = value = base(scope, budget)
        try:
            # On JSON values, a text as key fits mappings only and a number lists and texts only.
            for key in keys:
                value = value[key]
        except (LookupError, TypeError):
            raise _stuck(source, holder, keys, offsets) from None
        return value

    return evaluate


def root_path_lookup(
    source: Source, name: str, offset: int, keys: Sequence[Key], offsets: Sequence[int]
) -> Evaluate:
    """As path_lookup after name_lookup, in half the time."""

    def evaluate(scope: Scope, _budget: Budget) -> Any:
        try:
            value = scope[name]
            for key in keys:
                value = value[key]
        except (LookupError, TypeError):
            if name not in scope:
                raise unknown_name(source, offset, name, scope) from None
            raise _stuck(source, scope[name], keys, offsets) from None
        return value

    return evaluate


def index_lookup(source: Source, base: Evaluate, index: Evaluate, offset: int) -> Evaluate:
    def evaluate(scope: Scope, budget: Budget) -> Any:
        holder, key = base(scope, budget), index(scope, budget)
        if not isinstance(key, str | int):
            raise source.error(offset, f"{kind(key)} cannot be a key or an index")
        try:
            return holder[key]
        except (LookupError, TypeError):
            raise _stuck(source, holder, [key], [offset]) from None

    return evaluate


def _stuck(
    source: Source, holder: Any, keys: Sequence[Key], offsets: Sequence[int]
) -> ExpressionError:
    """The error of the first key that cannot be followed."""
    for key, offset in zip(keys, offsets, strict=True):
        try:
            holder = holder[key]
        except (LookupError, TypeError):
            return missing(source, offset, holder, key)
    raise AssertionError("every key was found")


def missing(source: Source, offset: int, holder: Any, key: Key) -> ExpressionError:
    if isinstance(key, str) and isinstance(holder, dict):
        hint = did_you_mean(key, holder)
        return source.error(offset, f"there is no key {key!r}", hint=hint, kind=MissingValue)
    if isinstance(key, str):
        kind_of_error = MissingValue if holder is None else ExpressionError
        message = f"there is no key {key!r} in {kind(holder)}"
        return source.error(offset, message, kind=kind_of_error)
    if isinstance(holder, str | list | tuple):
        message = f"there is no index {key} in {kind(holder)} of {len(holder)}"
        return source.error(offset, message, kind=MissingValue)
    return source.error(offset, f"{kind(holder)} has no indexes")


def unknown_name(source: Source, offset: int, name: str, known: Scope) -> ExpressionError:
    hint = did_you_mean(name, known) or f"known names: {', '.join(sorted(known)) or 'none'}"
    return source.error(offset, f"unknown name {name!r}", hint=hint)
