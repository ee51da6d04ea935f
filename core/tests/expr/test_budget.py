"""Hostile expressions end quickly, with an ExpressionError and without much memory."""

from typing import Any

import pytest

from interlock.expr import Budget, ExpressionError, compile_value, parse

BIG: dict[str, Any] = {"text": "a" * 1_000_000, "other": "a" * 1_000_000, "rows": [[1, 2]] * 50_000}
BIG["more"] = [[1, 2]] * 50_000


@pytest.mark.parametrize(
    "text",
    [
        "[[[1 for x in range(1000)] for y in range(1000)] for z in range(1000)]",
        "[1 for x in range(4000000)]",
        "'a' * 10000000000",
        "'abc' * 1000 * 1000 * 1000",
        "range(9000000000)",
        "range(-4611686018427387904, 4611686018427387904)",
        "[text + other for x in range(4000)]",
        "[text == other for x in range(4000)]",
        "[text in other for x in range(4000)]",
        "replace(text, 'a', text)",
        "join([text for x in range(1000)], text)",
        "[replace(text, 'b', 'c') for x in range(4000)]",
        "[sorted(rows) for x in range(1000)]",
        "[rows == more for x in range(1000)]",
        "[rows + rows for x in range(1000)]",
        "[unique(rows) for x in range(1000)]",
        "[json(rows) for x in range(1000)]",
        "[matches(text, '(a+)+$') for x in range(4000)]",
        "[reversed(rows) for x in range(1000)]",
        "flatten([rows for x in range(10000)])",
        # Each level holds the one below ten thousand times: little to build, forever to walk.
        "[[a for i in range(9999)] for a in [[b for i in range(9999)] for b in [range(9999)]]]",
        "json([[a for i in range(9999)] for a in [[b for i in range(9999)] for b in [[1, 2]]]])",
        "round(1, 100000000)",
        "int('9' * 4000)",
        "date_format('2026-01-01', '%1000000000Y')",
        "date_add('2026-01-01', 1e300)",
    ],
)
def test_it_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text).evaluate(BIG)


def test_a_pattern_that_hangs_other_engines_is_answered() -> None:
    assert parse("matches(text + '!', '^(a+)+$')").evaluate(BIG) is False


@pytest.mark.parametrize("pattern", ["(", "(a{999}){999}", r"(a)\1", "a" * 1001])
def test_a_pattern_that_is_none_or_too_large_is_refused(pattern: str) -> None:
    with pytest.raises(ExpressionError, match="pattern"):
        parse("matches('a', p)").evaluate({"p": pattern})


def test_a_budget_can_be_smaller() -> None:
    text = "[x for x in range(100)]"
    assert len(parse(text).evaluate({})) == 100
    with pytest.raises(ExpressionError, match="too many steps"):
        parse(text).evaluate({}, Budget(steps=50))
    with pytest.raises(ExpressionError, match="larger than 50"):
        parse(text).evaluate({}, Budget(size=50))


def test_the_texts_of_one_value_share_its_budget() -> None:
    value = compile_value({"a": "${{ [x for x in range(60)] }}", "b": "${{ range(60) }}"})
    value.evaluate({}, Budget(steps=2000, size=70))
    with pytest.raises(ExpressionError, match="too many steps"):
        value.evaluate({}, Budget(steps=100, size=70))


def test_looking_up_a_large_value_costs_nothing() -> None:
    assert parse("rows").evaluate(BIG, Budget(steps=0, size=0)) is BIG["rows"]
