"""What expressions mean, and where their errors point."""

from typing import Any

import pytest

from interlock.expr import ExpressionError, MissingValue, Reference, parse
from interlock.sdk.hooks import Function

SCOPE: dict[str, Any] = {
    "input": {"title": "Home", "tags": ["a", "b"], "limit": 2},
    "steps": {"review": {"status": "approved", "score": 7}},
    "items": [{"name": "n1", "size": 1}, {"name": "n2", "size": 2}, {"name": "n3", "size": 2}],
    "nothing": None,
}


def evaluate(text: str) -> Any:
    return parse(text).evaluate(SCOPE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("steps.review.status == 'approved' and input.limit < 3", True),
        ("steps['review'].score", 7),
        ("input.tags[-1]", "b"),
        ("input.tags[1:]", ["b"]),
        ("1 < input.limit <= 2", True),
        ("'a' in input.tags and 'z' not in input.tags", True),
        ("'title' in input", True),
        ("nothing is None and input is not null", True),
        ("nothing or 'fallback'", "fallback"),
        ("'many' if input.limit > 1 else 'one'", "many"),
        ("[i.name for i in items if i.size == 2]", ["n2", "n3"]),
        ("{i.name: i.size for i in items[:2]}", {"n1": 1, "n2": 2}),
        ("[t + str(i.size) for t in input.tags for i in items[:1]]", ["a1", "b1"]),
        ("[key for key, value in items(steps.review) if value == 7]", ["score"]),
        ("[x for x in [y for y in [1, 2]]]", [1, 2]),
        ("{'a': [true, false, null], 'b': -1}", {"a": [True, False, None], "b": -1}),
        ("default(input.subtitle, 'none')", "none"),
        ("default(nothing, 1) + default(input.limit, 0)", 3),
        ("get(steps, 'review.missing', 'x') + get(items, '0.name')", "xn1"),
        ("has(steps, 'review.status') and not has(steps, 'a.b')", True),
        ("7 // 2 + 7 % 2 - 1 * 2 / 4", 3.5),
    ],
)
def test_meaning(text: str, expected: Any) -> None:
    assert evaluate(text) == expected


def test_an_expression_may_run_over_several_lines() -> None:
    assert evaluate("\n  input.limit\n    + 1\n") == 3


def test_a_key_is_never_an_attribute() -> None:
    assert parse("a.items").evaluate({"a": {"items": 3}}) == 3
    with pytest.raises(MissingValue):
        parse("a.items").evaluate({"a": {}})


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("steps.reviw.status", 6, "there is no key 'reviw' (did you mean 'review'?)"),
        ("stps.review", 0, "unknown name 'stps' (did you mean 'steps'?)"),
        ("[a for a, b in [[1, 2, 3]]]", 15, "3 values cannot be given to a, b"),
        ("1 + input.title", 0, "+ cannot take a number and a text"),
        ("input.tags[5]", 11, "there is no index 5 in a list of 2"),
        ("input.title.upper", 12, "there is no key 'upper' in a text"),
        ("'x' < 3", 0, "< cannot take a text and a number"),
        ("len(3)", 0, "len(): expected a list, got a number"),
        ("input.limit / (2 - 2)", 0, "division by zero"),
        ("[i for i in input]", 12, "expected a list, got a mapping; items(...) makes a list"),
        ("{1: 2}", 1, "a key must be a text, not a number"),
        ("'%s' % 3", 0, "% cannot take a text and a number"),
        ("[1] * 3", 0, "* cannot take a list and a number"),
    ],
)
def test_an_evaluation_that_fails_says_where(text: str, offset: int, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        evaluate(text)
    assert caught.value.offset == offset
    assert str(caught.value).startswith(message)
    assert caught.value.expression == text


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("input.", 5, "invalid syntax"),
        ("1) + (2", 0, "brackets do not match"),
        ("lenn(input)", 0, "unknown function 'lenn' (did you mean 'len'?)"),
        ("len()", 0, "len(): missing a required argument"),
        ("'a'.upper()", 0, "only functions can be called, by name (values have no methods"),
        ("1 + __import__('os')", 4, "'__import__' starts with an underscore"),
        ("input.__class__", 0, "'__class__' starts with an underscore"),
        ("lambda: 1", 0, "a function of its own cannot"),
        ("(1, 2)", 0, "a tuple cannot"),
        ("2 ** 9", 0, "a power cannot"),
        ("f'{input}'", 0, "an f-string cannot"),
        ("{**input}", 0, "a mapping cannot be unpacked (write merge(a, b))"),
        ("len(*input)", 4, "an unpacked list cannot"),
        ("(a := 1)", 1, "an assignment cannot"),
        ("1 is 1", 5, "`is` compares with null only"),
        ("[a for a in b for c in d for e in f]", 0, "a list has more than 2 `for`"),
        ("99999999999999999999", 0, "a whole number does not fit into 64 bits"),
        ("1e999", 0, "a literal is"),
        ("'\\ud800'", 0, "a text holds half a character"),
        ("", 0, "an expression is empty"),
        ("a" * 5000, 0, "an expression is longer than"),
        ("-" * 100 + "1", 60, "an expression is nested deeper than"),
        ("(" * 300 + "1" + ")" * 300, None, ""),
        ("input.größe + $", 14, "invalid syntax"),
    ],
)
def test_what_is_not_in_the_language_is_refused_at_load(
    text: str, offset: int | None, message: str
) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert offset in (None, caught.value.offset)
    assert str(caught.value).startswith(message)


def test_offsets_count_characters_not_bytes() -> None:
    with pytest.raises(MissingValue) as caught:
        parse("'äöü' + input.größe2 + 'and more'").evaluate({"input": {"größe": "x"}})
    assert caught.value.offset == 14


def test_the_marks_may_be_written_around_a_bare_expression() -> None:
    expression = parse("${{ stps.a }}")
    with pytest.raises(ExpressionError) as caught:
        expression.evaluate(SCOPE)
    assert caught.value.offset == 4


def test_references_name_what_is_read_and_where() -> None:
    expression = parse("steps.a['b'][0].c + len([x.y for x in input.rows if x.z > steps[x.k].d])")
    assert expression.references == (
        Reference("steps", ("a", "b", 0, "c"), 0),
        Reference("input", ("rows",), 38),
        Reference("steps", (), 58),
    )


def test_a_plugins_function_is_called_by_name_and_cannot_replace_a_built_in_one() -> None:
    functions = {
        "shout": Function(lambda text, mark="!": text.upper() + mark),
        "len": Function(lambda _: -1),
    }
    assert parse("shout('hi', mark='?') + str(len([]))", functions).evaluate({}) == "HI?0"


def test_whatever_a_plugins_function_does_becomes_an_expression_error() -> None:
    def broken(_: Any) -> Any:
        raise KeyError("oops")

    functions = {"broken": Function(broken), "odd": Function(lambda _: {1, 2})}
    with pytest.raises(ExpressionError, match=r"broken\(\): 'oops'"):
        parse("1 + broken(2)", functions).evaluate({})
    with pytest.raises(ExpressionError, match="a set is not a JSON value"):
        parse("odd(2)", functions).evaluate({})


def test_the_scope_stays_as_it_was() -> None:
    scope = {"input": [3, 1, 2]}
    assert parse("[input for input in sorted(input)]").evaluate(scope) == [1, 2, 3]
    assert scope == {"input": [3, 1, 2]}


def test_a_key_that_is_a_word_of_the_language_is_told_how_to_be_written() -> None:
    with pytest.raises(ExpressionError, match="'import' cannot follow a dot") as error:
        parse("steps.import.rows")
    assert (error.value.offset, error.value.hint) == (6, "write ['import'] in the place of .import")
