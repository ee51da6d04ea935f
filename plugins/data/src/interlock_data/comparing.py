"""The way from one JSON value to another: as a JSON Patch (RFC 6902) and to be read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from interlock_data.equality import frozen, same
from interlock_data.paths import Step, json_path, pointer

Place = tuple[Step, ...]

# Above this many pairs of items, what lists have in common is not looked for.
_PAIRS = 4_000_000
_SHOWN = 80


@dataclass(frozen=True)
class Change:
    """One operation; places in lists count what the operations before it have done.

    Attributes:
        place: for the patch.
    """

    kind: Literal["add", "remove", "replace"]
    place: Place
    before: Any = None
    after: Any = None

    def operation(self) -> dict[str, Any]:
        done = {"op": self.kind, "path": pointer(self.place)}
        return done if self.kind == "remove" else {**done, "value": self.after}

    def line(self) -> str:
        path = json_path(self.place)
        if self.kind == "add":
            return f"{path}: added {_shown(self.after)}"
        if self.kind == "remove":
            return f"{path}: removed {_shown(self.before)}"
        return f"{path}: {_shown(self.before)} → {_shown(self.after)}"


def diff(before: Any, after: Any) -> dict[str, Any]:
    """``{equal, patch, changes}``: operations, and a line for each of them."""
    changes = list(changes_of(before, after, ()))
    return {
        "equal": not changes,
        "patch": [change.operation() for change in changes],
        "changes": [change.line() for change in changes],
    }


def changes_of(before: Any, after: Any, place: Place) -> Iterator[Change]:
    """The changes in an order in which they can be applied."""
    if same(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _in_object(before, after, place)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _in_list(before, after, place)
    else:
        yield Change("replace", place, before, after)


def _in_object(
    before: Mapping[str, Any], after: Mapping[str, Any], place: Place
) -> Iterator[Change]:
    for name, value in before.items():
        if name in after:
            yield from changes_of(value, after[name], (*place, name))
        else:
            yield Change("remove", (*place, name), before=value)
    for name, value in after.items():
        if name not in before:
            yield Change("add", (*place, name), after=value)


def _in_list(before: list[Any], after: list[Any], place: Place) -> Iterator[Change]:
    shift = 0
    for start, end, new_start, new_end in _differing(before, after):
        removed, added = before[start:end], after[new_start:new_end]
        at = start + shift
        both = min(len(removed), len(added))
        for index in range(both):
            yield from changes_of(removed[index], added[index], (*place, at + index))
        for value in removed[both:]:
            yield Change("remove", (*place, at + both), before=value)
        for index, value in enumerate(added[both:], both):
            yield Change("add", (*place, at + index), after=value)
        shift += len(added) - len(removed)


def _differing(before: list[Any], after: list[Any]) -> Iterator[tuple[int, int, int, int]]:
    """Ranges of ``before`` and of ``after`` that stand for each other and differ."""
    head, tail = _common_ends(before, after)
    end, new_end = len(before) - tail, len(after) - tail
    if (end - head) * (new_end - head) > _PAIRS:
        yield head, end, head, new_end
        return
    old = [frozen(each) for each in before[head:end]]
    new = [frozen(each) for each in after[head:new_end]]
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for kind, *ends in matcher.get_opcodes():
        if kind != "equal":
            old_start, old_end, new_start, new_end = (head + each for each in ends)
            yield old_start, old_end, new_start, new_end


def _common_ends(before: list[Any], after: list[Any]) -> tuple[int, int]:
    shorter = min(len(before), len(after))
    head = 0
    while head < shorter and same(before[head], after[head]):
        head += 1
    tail = 0
    while tail < shorter - head and same(before[-1 - tail], after[-1 - tail]):
        tail += 1
    return head, tail


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
