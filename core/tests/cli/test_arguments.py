"""Arguments from the command line are JSON where they can be, and text otherwise."""

from pathlib import Path

import click
import pytest

from interlock.cli.arguments import read_arguments


def test_values_are_json_or_text() -> None:
    pairs = ["n=3", "flag=true", "list=[1,2]", "text=hello world", "equals=a=b", "empty="]

    assert read_arguments(pairs, None) == {
        "n": 3,
        "flag": True,
        "list": [1, 2],
        "text": "hello world",
        "equals": "a=b",
        "empty": "",
    }


def test_single_arguments_are_put_over_the_object(tmp_path: Path) -> None:
    (tmp_path / "input.json").write_text('{"a": 1, "b": 2}')

    assert read_arguments(["b=3"], f"@{tmp_path}/input.json") == {"a": 1, "b": 3}


@pytest.mark.parametrize(
    ("pairs", "source"), [(["novalue"], None), ([], "{"), ([], "[1]"), ([], "@nowhere")]
)
def test_what_cannot_be_read_is_wrong_usage(pairs: list[str], source: str | None) -> None:
    with pytest.raises(click.BadParameter):
        read_arguments(pairs, source)
