"""Two values made into one, with or without the one that both came from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal

from interlock.sdk import Conflict, InvalidInput
from interlock_data.choices import Lists, Winner
from interlock_data.equality import frozen, same
from interlock_data.paths import Match, Step, json_path

Side = Literal["left", "right", ""]
Place = tuple[Step | Match, ...]

_MISSING: Final = object()
_LISTED = 100


def merge(left: Any, right: Any, base: Any, **rules: Any) -> dict[str, Any]:
    """``{data, conflicts: [{path, left?, right?, taken}]}``; a side without the value is left out.

    Args:
        base: what both were made from; null: not known.

    Raises:
        Conflict: both sides changed the same and the rules do not say whose change it is.
    """
    work = Merge(**rules)
    data = work.value(left, right, _MISSING if base is None else base, (), "")
    if undecided := [each for each in work.conflicts if not each["taken"]]:
        places = ", ".join(each["path"] for each in undecided[:5])
        raise Conflict(
            f"both sides differ at {len(undecided)} places: {places}",
            hint="choose a winner, or solve these before merging",
            conflicts=undecided[:_LISTED],
        )
    return {"data": data, "conflicts": work.conflicts}


@dataclass
class Merge:
    """One merge.

    Attributes:
        winner: whose value it is where both differ; ``newest``: of the side whose nearest
            enclosing object has the later ``newest_by``.
        deep: objects are merged by key, else taken whole.
        lists: how two lists become one; ``by_key`` matches objects by ``key``.
    """

    winner: Winner
    deep: bool
    lists: Lists
    key: str
    newest_by: str
    conflicts: list[dict[str, Any]] = field(default_factory=list)

    def value(self, left: Any, right: Any, base: Any, place: Place, newer: Side) -> Any:
        """Args: newer: which side the objects around have shown to be newer."""
        if same(left, right) or same(base, right):
            return left
        if same(base, left):
            return right
        if isinstance(left, dict) and isinstance(right, dict):
            newer = _newer(left.get(self.newest_by), right.get(self.newest_by)) or newer
            if self.deep:
                return self._objects(left, right, base, place, newer)
        elif isinstance(left, list) and isinstance(right, list) and self.lists != "replace":
            return self._lists(left, right, base, place, newer)
        return self._decided(left, right, place, newer)

    def _objects(
        self,
        left: Mapping[Any, Any],
        right: Mapping[Any, Any],
        base: Any,
        place: Place,
        newer: Side,
    ) -> dict[Any, Any]:
        before = base if isinstance(base, dict) else {}
        merged = {}
        for name in dict.fromkeys([*left, *right]):
            mine, theirs = left.get(name, _MISSING), right.get(name, _MISSING)
            common = before.get(name, _MISSING)
            value = self.value(mine, theirs, common, (*place, name), newer)
            if value is not _MISSING:
                merged[name] = value
        return merged

    def _lists(
        self, left: list[Any], right: list[Any], base: Any, place: Place, newer: Side
    ) -> list[Any]:
        if self.lists == "append":
            return [*left, *right]
        if self.lists == "union":
            return list({frozen(each): each for each in [*left, *right]}.values())
        before = base if isinstance(base, list) else []
        mine = self._keyed(left, "left", place)
        theirs = self._keyed(right, "right", place)
        common = self._keyed(before, "base", place)
        return list(self._objects(mine, theirs, common, place, newer).values())

    def _keyed(self, items: list[Any], side: str, place: Place) -> dict[Match, Any]:
        keyed: dict[Match, Any] = {}
        for index, item in enumerate(items):
            key = item.get(self.key) if isinstance(item, dict) else None
            if key is None or isinstance(key, dict | list):
                raise _unmatched(side, (*place, index), f"has no {self.key!r} to match it by")
            name = Match(self.key, json.dumps(key, ensure_ascii=False))
            if name in keyed:
                raise _unmatched(side, (*place, index), f"has the {self.key!r} of another item")
            keyed[name] = item
        return keyed

    def _decided(self, left: Any, right: Any, place: Place, newer: Side) -> Any:
        sides = {"left": left, "right": right}
        taken = {"newest": newer, "fail": ""}.get(self.winner, self.winner)
        present = {side: value for side, value in sides.items() if value is not _MISSING}
        self.conflicts.append({"path": json_path(place), **present, "taken": taken})
        return sides.get(taken)


def _newer(left: Any, right: Any) -> Side:
    times = _time(left), _time(right)
    if times[0] is None or times[1] is None or times[0] == times[1]:
        return ""
    return "left" if times[0] > times[1] else "right"


def _time(value: Any) -> float | None:
    """Numbers count as they are, texts as times in ISO 8601, of UTC if they name no zone."""
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _unmatched(side: str, place: Place, reason: str) -> InvalidInput:
    at = json_path(place)
    return InvalidInput(f"{side}: {at} {reason}", path=f"$.{side}", at=at)
