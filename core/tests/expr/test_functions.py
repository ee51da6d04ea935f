"""Each built-in function, on what it is for and what it refuses."""

from typing import Any

import pytest

from interlock.expr import ExpressionError, parse
from interlock.expr.functions.table import BUILTINS

ROWS = [{"n": "b", "k": {"g": 1}}, {"n": "a", "k": {"g": 2}}, {"n": "c", "k": {"g": 1}}]

CASES: list[tuple[str, Any]] = [
    ("abs(-3)", 3),
    ("all([1, 0])", False),
    ("any([1, 0])", True),
    ("base64('héllo')", "aMOpbGxv"),
    ("base64_decode('aMOpbGxv')", "héllo"),
    ("bool([])", False),
    ("chunk([1, 2, 3], 2)", [[1, 2], [3]]),
    ("contains('abc', 'bc') and contains([1], 1)", True),
    ("[count(rows), count([1, 2, 1], 1), count('aba', 'a')]", [3, 2, 2]),
    ("date('2026-01-31T10:00:00Z')", "2026-01-31"),
    ("date_add('2026-01-31T10:00:00Z', '1d')", "2026-02-01T10:00:00Z"),
    ("date_add('2026-01-31', -60)", "2026-01-30T23:59:00Z"),
    ("date_diff('2026-01-01T01:00:00+01:00', '2025-12-31')", 86400.0),
    (
        "date_format('2026-01-31T10:05:00Z', '%d.%m.%Y at %H:%M, 100%%')",
        "31.01.2026 at 10:05, 100%",
    ),
    ("ends_with('abc', 'c')", True),
    ("enumerate(['a'], 1)", [[1, "a"]]),
    ("[first([1, 2]), first([]), first([], 9)]", [1, None, 9]),
    ("flatten([[1], 2, [[3]]])", [1, 2, [3]]),
    ("float('1.5')", 1.5),
    ("from_timestamp(0)", "1970-01-01T00:00:00Z"),
    ("get(rows, '1.k.g')", 2),
    ("{k: len(v) for k, v in items(group_by(rows, 'k.g'))}", {"1": 2, "2": 1}),
    ("has(rows, '9.k')", False),
    ("hash('')", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("hash({'a': 1, 'b': 2}) == hash({'b': 2, 'a': 1})", True),
    ("index_by(rows, 'n').a.k.g", 2),
    ("[int('12'), int(3.9), int(true)]", [12, 3, 1]),
    ("items({'a': 1})", [["a", 1]]),
    ("join(['a', 1, null], '-')", "a-1-null"),
    ("json({'a': [1, null]})", '{"a":[1,null]}'),
    ("keys({'a': 1})", ["a"]),
    ("last([1, 2])", 2),
    ("len('abc') + len([1]) + len({'a': 1})", 5),
    ("lower('AB')", "ab"),
    (r"matches('item-42', '-\d+$')", True),
    ("max(1, 3)", 3),
    ("merge({'a': 1}, {'a': 2, 'b': 3})", {"a": 2, "b": 3}),
    ("min([4, 2])", 2),
    ("omit({'a': 1, 'b': 2}, ['a'])", {"b": 2}),
    ("parse_json('[1, {\"a\": 2}]')", [1, {"a": 2}]),
    ("pick({'a': 1, 'b': 2}, ['a', 'z'])", {"a": 1}),
    ("range(1, 6, 2)", [1, 3, 5]),
    ("range(3, 0, -1)", [3, 2, 1]),
    ("replace('a.b', '.', '/')", "a/b"),
    ("reversed([1, 2])", [2, 1]),
    ("[round(2.567, 2), round(2.5)]", [2.57, 2]),
    ("slug('Hello, Wörld!')", "hello-world"),
    ("[r.n for r in sorted(rows, by='n', descending=true)]", ["c", "b", "a"]),
    ("split('a b  c') + split('a,b', ',')", ["a", "b", "c", "a", "b"]),
    ("starts_with('abc', 'a')", True),
    ("[str(1), str(true), str('x'), str(null), str([1])]", ["1", "true", "x", "null", "[1]"]),
    ("sum([1, 2.5])", 3.5),
    ("timestamp('1970-01-02')", 86400.0),
    ("title('a b')", "A B"),
    ("trim('  a ')", "a"),
    ("unique([1, '1', 1, [2], [2]])", [1, "1", [2]]),
    ("[r.n for r in unique(rows, 'k.g')]", ["b", "a"]),
    ("upper('ß')", "SS"),
    ("values({'a': 1})", [1]),
    ("zip([1, 2], ['a', 'b', 'c'])", [[1, "a"], [2, "b"]]),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_result(text: str, expected: Any) -> None:
    assert parse(text).evaluate({"rows": ROWS}) == expected


def test_every_function_is_tried() -> None:
    texts = " ".join(text for text, _ in CASES)
    assert [name for name in BUILTINS if f"{name}(" not in texts] == []


@pytest.mark.parametrize(
    "text",
    [
        "max([])",
        "min(3)",
        "sorted([1, 'a'])",
        "int('x')",
        "float('nan')",
        "int(1e300)",
        "chunk([1], 0)",
        "parse_json('{')",
        "base64_decode('?')",
        "date('tomorrow')",
        "date_add('2026-01-01', 'soon')",
        "date_format('2026-01-01', '%A')",
        "split('a', '')",
        "range(0, 1, 0)",
        "zip([1], 2)",
        "join('abc')",
        "get({}, 3)",
        "merge({}, [])",
        "sum([true, 'a'])",
        "from_timestamp(1e20)",
        "1e308 * 10",
        "9223372036854775807 + 1",
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text).evaluate({})
