"""Expressions agree with Python where they overlap, and never fail in any other way."""

from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.expr import Budget, ExpressionError, compile_value, parse

_NUMBERS = st.integers(-1000, 1000) | st.floats(-1e6, 1e6, allow_nan=False)
_ATOMS = _NUMBERS.map(repr) | st.sampled_from(["a", "b", "True", "False"])
_OPERATORS = st.sampled_from(
    ["+", "-", "*", "/", "//", "%", "<", "<=", "==", "!=", ">", ">=", "and", "or"]
)


def _grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return (
        st.tuples(inner, _OPERATORS, inner).map(lambda parts: f"({' '.join(parts)})")
        | st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} < {p[1]} <= {p[2]})")
        | st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} if {p[1]} else {p[2]})")
        | inner.map(lambda text: f"(not {text})")
        | inner.map(lambda text: f"(- {text})")
        | st.lists(inner, max_size=3).map(lambda items: f"len([{', '.join(items)}])")
    )


def _python(text: str, scope: dict[str, Any]) -> Any:
    try:
        return eval(text, {"len": len}, dict(scope))  # noqa: S307 - our own text
    except ZeroDivisionError:
        return ZeroDivisionError


def _outcome(attempt: Callable[[], Any]) -> Any:
    """What it returns, or the ExpressionError it raises; any other error fails the test."""
    try:
        return attempt()
    except ExpressionError as error:
        return error


@settings(max_examples=3 * settings.default.max_examples)
@given(st.recursive(_ATOMS, _grow, max_leaves=12), _NUMBERS, _NUMBERS)
def test_arithmetic_and_comparison_agree_with_python(text: str, a: Any, b: Any) -> None:
    scope = {"a": a, "b": b}
    expected = _python(text, scope)
    found = _outcome(lambda: parse(text).evaluate(scope))
    if isinstance(found, ExpressionError):
        limits = ("64 bits", "infinite", "nested deeper")
        assert expected is ZeroDivisionError or any(limit in str(found) for limit in limits)
    else:
        assert (type(found), found) == (type(expected), expected)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab1.", max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner),
    max_leaves=8,
)
_LEXEMES = """
    a b x a.b a[0] a['b'] [ ] ( ) { } , : . + - * / // % ** < == in not and or is if else for
    True null 1 0 9999999999 1.5 1e308 'a' '' "b" 'ä' len( str( sum( sorted( range( items(
    get( join( split( json( parse_json( flatten( unique( zip( chunk( max( int( round( date(
    matches( group_by( default( by= lambda _ __class__ := f' \\ # ${{ }} $
""".split()  # noqa: SIM905 - a list of these would fill a page
_TEXTS = st.lists(st.sampled_from([*_LEXEMES, "\n"]), max_size=14).map(" ".join)


@settings(max_examples=10 * settings.default.max_examples)
@given(_TEXTS | st.text(max_size=30), _JSON, _JSON)
def test_no_text_and_no_scope_raises_anything_else(text: str, a: Any, b: Any) -> None:
    def attempt() -> None:
        expression = parse(text)
        expression.check({"a": {"properties": {"b": {"type": "array"}}}, "b": {}})
        expression.evaluate({"a": a, "b": b}, Budget(steps=2000, size=2000))

    error = _outcome(attempt)
    assert error is None or 0 <= error.offset <= len(text)


@settings(max_examples=3 * settings.default.max_examples)
@given(_TEXTS, _JSON)
def test_no_template_raises_anything_else(text: str, a: Any) -> None:
    scope = {"a": a, "b": 1}
    found = _outcome(
        lambda: compile_value({"k": [text]}).evaluate(scope, Budget(steps=2000, size=2000))
    )
    if isinstance(found, ExpressionError):
        assert 0 <= found.offset <= len(text)
        assert found.location == ("k", 0)


@given(_JSON)
def test_a_value_without_expressions_stays_what_it_is(value: Any) -> None:
    assert compile_value(value).evaluate({}) == value
