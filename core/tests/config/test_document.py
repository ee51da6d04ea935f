"""YAML with positions: what the values are, and where each of them stands."""

import pytest

from interlock.config.document import Document, parse
from interlock.config.faults import ConfigError

TEXT = """\
on: yes
name: "tab\\tand \\u00e9 ${{ b }}"
quoted: 'it''s ${{ b }}'
literal: |
  first
    ${{ b }}
folded: >-
  one
  two ${{ b }}

  three ${{ c }}
plain: over
   lines ${{ b }}
steps:
  - {id: one, with: {a: 1}}
  - id: two
"""


def at(path: tuple[str | int, ...], what: str) -> tuple[int, int]:
    """Line and column that position_in gives for the first ``what`` of the text at ``path``."""
    read = parse(TEXT, "x.yaml")
    value = read.data
    for part in path:
        value = value[part]
    position = read.position_in(path, value.index(what))
    return position.line, position.column


def test_scalars_follow_yaml_1_2() -> None:
    text = "[on, no, true, null, ~, 12:30, 0o17, 0x1F, 1e3, .5, 1_000, 2026-01-01, -3, '']"
    expected = ["on", "no", True, None, None, "12:30", 15, 31, 1000.0, 0.5]
    assert parse(text, "x").data == [*expected, "1_000", "2026-01-01", -3, ""]


def test_values_and_keys_have_positions() -> None:
    read = parse(TEXT, "x.yaml")
    assert str(read.position_of(("steps", 0, "with", "a"))) == "x.yaml:15:25"
    assert str(read.key_position_of(("steps", 0, "with", "a"))) == "x.yaml:15:22"
    assert str(read.key_position_of(("steps", 1))) == "x.yaml:16:5"
    assert str(read.position_of(("steps", 1, "missing", 3))) == "x.yaml:16:5"


@pytest.mark.parametrize(
    ("path", "what", "line", "column"),
    [
        (("name",), "b }}", 2, 28),
        (("name",), "\t", 2, 11),
        (("name",), "é", 2, 17),
        (("quoted",), "s $", 3, 14),
        (("quoted",), "b }}", 3, 20),
        (("literal",), "first", 5, 3),
        (("literal",), "b }}", 6, 9),
        (("folded",), "two", 9, 3),
        (("folded",), "b }}", 9, 11),
        (("folded",), "c }}", 11, 13),
        (("plain",), "b }}", 13, 14),
        (("steps", 1, "id"), "wo", 16, 10),
    ],
)
def test_characters_of_texts_have_positions(
    path: tuple[str | int, ...], what: str, line: int, column: int
) -> None:
    assert at(path, what) == (line, column)


def test_a_fault_can_point_into_a_text() -> None:
    fault = parse(TEXT, "x.yaml").fault(("quoted",), "unknown name 'b'", offset=9)
    assert str(fault) == (
        "x.yaml:3:20: error: unknown name 'b'  [quoted]\n"
        "  | quoted: 'it''s ${{ b }}'\n"
        "  |                    ^"
    )


def test_every_fault_of_a_file_is_reported_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        parse(
            "a: 1\nb: {c: 1, c: 2}\n? [1]\n: 2\nd: !secret x\na: 3\ne: .nan\n"
            "f: 18446744073709551615\ng: 18446744073709551616\n",
            "x.yaml",
        )
    assert [(fault.line, fault.column, fault.message) for fault in caught.value.faults] == [
        (2, 11, "key 'c' is given twice; first on line 2"),
        (3, 3, "a key must be a text"),
        (5, 4, "the tag !secret is not supported"),
        (6, 1, "key 'a' is given twice; first on line 1"),
        (7, 4, ".nan is not a JSON number"),
        (9, 4, "18446744073709551616 has more than 64 bits; as a text, in quotes, it may have"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a: b: c", 1, 5, "not YAML: mapping values are not allowed in this context"),
        ("a:\n  - [1\n", 2, 5, "not YAML: "),
        ("a: 1\n\tb: 2", 2, 1, "not YAML: found a tab character"),
        ("a: \x01", 1, 1, "not YAML: control characters are not allowed"),
        ("--- 1\n--- 2", 2, 1, "not YAML: "),
        ("a: *b", 1, 4, "not YAML: found undefined alias"),
    ],
)
def test_a_text_that_is_not_yaml_is_a_positioned_fault(
    text: str, line: int, column: int, message: str
) -> None:
    (fault,) = Document(text, "x.yaml").faults
    assert (fault.line, fault.column) == (line, column)
    assert fault.message.startswith(message)


_LAUGHS = "a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{below}'] * 10)}]\n"
    for below, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (_LAUGHS, "more than 100,000 values"),
        ("a: &a [*a]", "nested deeper than 60"),
        ("[" * 100 + "]" * 100, "nested deeper than 60"),
        ("[" * 100_000, "not YAML|nested deeper"),
        ("{a: " * 5_000, "not YAML|nested deeper"),
    ],
)
def test_yaml_bombs_are_faults(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse(text, "bomb.yaml")


def test_an_alias_within_bounds_is_a_copy() -> None:
    read = parse("a: &x [1]\nb: *x\n", "x")
    assert read.data == {"a": [1], "b": [1]}
    assert read.data["a"] is not read.data["b"]


def test_an_empty_text_holds_nothing() -> None:
    assert parse("# nothing\n", "x").data is None


def test_a_hidden_value_is_stars_in_every_fault() -> None:
    read = parse("{token: abc123, port: x}", "x")
    read.hide(("token",))
    assert str(read.fault(("port",), "wrong")).splitlines()[1] == "  | {token: ******, port: x}"
