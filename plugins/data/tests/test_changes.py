"""Values compared, patched and merged."""

from __future__ import annotations

import copy
from typing import Any

import jsonpatch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.sdk import Conflict, InvalidInput, Rejected
from interlock_data.comparing import diff
from interlock_data.equality import frozen, same
from interlock_data.merging import merge
from interlock_data.patching import patched
from interlock_data.service import Data

_SCALARS = (
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.0, 1.0, 0.5, "", "a"])
)
_NAMES = st.sampled_from(["a", "b", "~", "/", "", "a/b~c", "0"])
VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=6) | st.dictionaries(_NAMES, inner, max_size=4)
)
RULES: dict[str, Any] = {
    "winner": "right",
    "deep": True,
    "lists": "replace",
    "key": "id",
    "newest_by": "at",
}


def merged(left: Any, right: Any, base: Any = None, **rules: Any) -> Any:
    return merge(left, right, base, **(RULES | rules))["data"]


@given(VALUES, VALUES)
def test_a_patch_leads_from_one_value_to_the_other(before: Any, after: Any) -> None:
    found = diff(before, after)
    assert same(patched(copy.deepcopy(before), found["patch"]), after)
    assert found["equal"] == same(before, after) == (not found["patch"])
    assert len(found["changes"]) == len(found["patch"])
    # Whoever else reads RFC 6902 gets there too.
    assert same(jsonpatch.apply_patch(before, found["patch"]), after)


@given(VALUES, VALUES)
def test_frozen_values_are_equal_when_the_values_are_the_same(one: Any, other: Any) -> None:
    assert (frozen(one) == frozen(other)) == same(one, other)
    assert same(one, copy.deepcopy(one))


def test_an_item_put_into_a_list_is_one_operation() -> None:
    before = {"items": [{"id": n, "x": "y"} for n in range(5)]}
    after = {"items": [*before["items"][:2], {"id": 9}, *before["items"][2:]]}
    assert diff(before, after) == {
        "equal": False,
        "patch": [{"op": "add", "path": "/items/2", "value": {"id": 9}}],
        "changes": ['$.items[2]: added {"id": 9}'],
    }


def test_changes_can_be_read() -> None:
    found = diff({"a": 1, "b c": "old", "gone": None}, {"a": True, "b c": "new", "d": [1]})
    assert found["changes"] == [
        "$.a: 1 → true",
        '$[\'b c\']: "old" → "new"',
        "$.gone: removed null",
        "$.d: added [1]",
    ]


def test_long_lists_that_share_nothing_are_compared_by_position() -> None:
    before, after = list(range(3000)), list(range(3000, 6000))
    assert len(diff(before, after)["patch"]) == 3000


@pytest.mark.parametrize(
    ("operation", "error", "reason"),
    [
        ({"op": "remove", "path": "/zz"}, Conflict, "does not fit"),
        ({"op": "replace", "path": "/list/7", "value": 1}, Conflict, "does not fit"),
        ({"op": "add", "path": "/zz/a", "value": 1}, Conflict, "does not fit"),
        ({"op": "test", "path": "/a", "value": 2}, Conflict, "tested"),
        ({"op": "move", "from": "/list", "path": "/list/0"}, Rejected, r"\$\.patch\[1\]"),
        ({"op": "sing", "path": "/a"}, InvalidInput, r"\$\.patch\[1\]"),
        ({"path": "/a"}, InvalidInput, r"\$\.patch\[1\]"),
        ({"op": "add", "path": "/a"}, InvalidInput, r"\$\.patch\[1\]"),
        ({"op": "add", "path": "a", "value": 1}, Rejected, r"\$\.patch\[1\]"),
        ({"op": "add", "path": 7, "value": 1}, Rejected, r"\$\.patch\[1\]"),
    ],
)
def test_a_patch_that_does_not_fit_says_which_operation(
    operation: dict[str, Any], error: type[Rejected], reason: str
) -> None:
    with pytest.raises(error, match=reason):
        patched({"a": 1, "list": [1]}, [{"op": "add", "path": "/new", "value": 0}, operation])


async def test_all_six_operations(data: Data) -> None:
    operations = [
        {"op": "test", "path": "/a", "value": 1},
        {"op": "add", "path": "/list/-", "value": 2},
        {"op": "copy", "from": "/list", "path": "/copy"},
        {"op": "move", "from": "/a", "path": "/b"},
        {"op": "replace", "path": "/list/0", "value": 0},
        {"op": "remove", "path": "/gone"},
    ]
    patched = await data.patch({"a": 1, "list": [1], "gone": 1}, operations)
    assert patched == {"list": [0, 2], "copy": [1, 2], "b": 1}


@given(VALUES, VALUES)
def test_a_merge_takes_the_side_that_alone_has_changed(base: Any, changed: Any) -> None:
    if base is None:
        return
    for winner in ("left", "right", "fail"):
        assert same(merged(changed, base, base, winner=winner), changed)
        assert same(merged(base, changed, base, winner=winner), changed)


@given(VALUES, VALUES)
def test_without_depth_the_winner_takes_all(left: Any, right: Any) -> None:
    assert same(merged(left, right, winner="left", deep=False), left)
    assert same(merged(left, right, winner="right", deep=False), right)


def test_objects_are_merged_by_key_and_conflicts_are_listed() -> None:
    left = {"a": 1, "n": {"x": 1, "y": 2}, "only": "left"}
    right = {"a": 2, "n": {"x": 1, "z": 3}}
    assert merge(left, right, None, **(RULES | {"winner": "left"})) == {
        "data": {"a": 1, "n": {"x": 1, "y": 2, "z": 3}, "only": "left"},
        "conflicts": [{"path": "$.a", "left": 1, "right": 2, "taken": "left"}],
    }


def test_both_sides_changes_are_kept_and_a_removal_is_one() -> None:
    base = {"a": 1, "b": 2, "c": 3, "d": 4}
    left = {"a": 10, "b": 2, "d": 40}
    right = {"a": 1, "b": 20, "c": 3}
    result = merge(left, right, base, **RULES)
    assert result["data"] == {"a": 10, "b": 20}
    assert result["conflicts"] == [{"path": "$.d", "left": 40, "taken": "right"}]


@pytest.mark.parametrize(
    ("left_at", "right_at", "winner"),
    [
        (2, 1, "left"),
        ("2026-01-01", "2026-01-02", "right"),
        ("2026-01-01T12:00:00+02:00", "2026-01-01T11:00:00Z", "right"),
        ("2026-01-01T13:30:00+02:00", "2026-01-01T11:00:00", "left"),
    ],
)
def test_the_newest_object_wins_with_what_is_in_it(
    left_at: Any, right_at: Any, winner: str
) -> None:
    left, right = {"at": left_at, "in": {"v": "left"}}, {"at": right_at, "in": {"v": "right"}}
    assert merged(left, right, winner="newest")["in"] == {"v": winner}


@pytest.mark.parametrize("rules", [{"winner": "fail"}, {"winner": "newest"}])
def test_what_no_rule_decides_fails_with_all_places(rules: dict[str, Any]) -> None:
    left, right = {"a": [1, {"b": 1}], "c": "x"}, {"a": [2], "c": "y"}
    with pytest.raises(Conflict, match=r"2 places: \$\.a, \$\.c") as failed:
        merged(left, right, **rules)
    assert failed.value.details["conflicts"][1] == {
        "path": "$.c",
        "left": "x",
        "right": "y",
        "taken": "",
    }


@pytest.mark.parametrize(
    ("lists", "expected"),
    [
        ("replace", [{"id": 2, "v": 20}, {"id": 3}]),
        ("append", [{"id": 1}, {"id": 2, "v": 2}, {"id": 2, "v": 20}, {"id": 3}]),
        ("union", [{"id": 1}, {"id": 2, "v": 2}, {"id": 2, "v": 20}, {"id": 3}]),
        ("by_key", [{"id": 1}, {"id": 2, "v": 20}, {"id": 3}]),
    ],
)
def test_lists(lists: str, expected: list[Any]) -> None:
    left = [{"id": 1}, {"id": 2, "v": 2}]
    right = [{"id": 2, "v": 20}, {"id": 3}]
    assert merged({"l": left}, {"l": right}, lists=lists) == {"l": expected}


def test_a_conflict_within_a_list_says_of_which_item() -> None:
    left, right = {"l": [{"id": 1, "v": 1}]}, {"l": [{"id": 1, "v": 2}, {"id": "1"}]}
    (conflict,) = merge(left, right, None, **{**RULES, "lists": "by_key"})["conflicts"]
    assert conflict["path"] == "$.l[?@.id==1].v"


def test_a_union_knows_true_from_one_and_keeps_the_order() -> None:
    assert merged([1, True, "a"], ["a", True, 1.0, 2], lists="union") == [1, True, "a", 2]


def test_an_item_removed_on_one_side_is_gone() -> None:
    base = [{"id": 1}, {"id": 2}]
    assert merged([{"id": 2, "new": 1}], base, base, lists="by_key") == [{"id": 2, "new": 1}]


@pytest.mark.parametrize(
    ("right", "reason"),
    [([{"x": 1}], r"right: \$\.l\[0\] has no 'id'"), ([{"id": 1}, {"id": 1}], "of another item")],
)
def test_items_without_a_key_cannot_be_matched(right: list[Any], reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        merged({"l": [{"id": 1}]}, {"l": right}, lists="by_key")


async def test_the_tools_give_what_the_functions_do(data: Data) -> None:
    assert (await data.diff({"a": 1}, {"a": 2}))["changes"] == ["$.a: 1 → 2"]
    assert (await data.merge({"a": 1}, {"b": 2}))["data"] == {"a": 1, "b": 2}
    with pytest.raises(Conflict) as failed:
        await data.merge(1, 2, winner="fail")
    assert failed.value.details["conflicts"] == [{"path": "$", "left": 1, "right": 2, "taken": ""}]
