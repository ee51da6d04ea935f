"""JSON values with expressions inside."""

from typing import Any

import pytest

from interlock.expr import ExpressionError, compile_value

SCOPE = {"n": 3, "name": "Ada", "flags": {"on": True}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("${{ n }}", 3),
        ("  ${{ flags }}\n", {"on": True}),
        ("Hello ${{ name }}: ${{ n }} ${{ flags }}", 'Hello Ada: 3 {"on":true}'),
        ("${{ n }}${{ n }}", "33"),
        ("${{ {'a': {'b': '}}'}} }}", {"a": {"b": "}}"}}),
        ("${{ {'a':1}}}", {"a": 1}),
        ("costs $${{ n }} or ${{ n }}", "costs ${{ n }} or 3"),
        ("plain } text {{", "plain } text {{"),
        ({"a": ["${{ n + 1 }}", 1, None], "b": {}}, {"a": [4, 1, None], "b": {}}),
        (True, True),
    ],
)
def test_value(value: Any, expected: Any) -> None:
    assert compile_value(value).evaluate(SCOPE) == expected


def test_what_is_returned_is_the_callers_to_change() -> None:
    value = compile_value({"list": [1]})
    value.evaluate({})["list"].append(2)
    assert value.evaluate({}) == {"list": [1]}


@pytest.mark.parametrize(
    ("value", "location", "offset"),
    [
        ({"a": [{"b": "x ${{ nme }}"}]}, ("a", 0, "b"), 6),
        ("${{ n }} and ${{ n.x }}", (), 19),
        (["${{ 1 + }}"], (0,), 7),
        ({"a": "${{ n"}, ("a",), 0),
        ({"${{ n }}": 1}, ("${{ n }}",), 0),
        (["${{ }}"], (0,), 3),
    ],
)
def test_errors_say_where_in_the_value_and_in_its_text(
    value: Any, location: tuple[str | int, ...], offset: int
) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_value(value).evaluate(SCOPE)
    assert (caught.value.location, caught.value.offset) == (location, offset)


def test_references_and_problems_carry_their_location() -> None:
    value = compile_value({"with": ["${{ steps.a.b }}", "x ${{ input.c }}"]})
    assert [(r.root, r.path, r.location, r.offset) for r in value.references] == [
        ("steps", ("a", "b"), ("with", 0), 4),
        ("input", ("c",), ("with", 1), 6),
    ]
    problems = value.check({"steps": {}})
    assert [(p.location, p.offset, p.message) for p in problems] == [
        (("with", 1), 6, "unknown name 'input'")
    ]
