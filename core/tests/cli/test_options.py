"""Options that make no sense are wrong usage: exit code 2, before a daemon is looked for."""

from __future__ import annotations

from typing import get_args

import pytest
from click.testing import CliRunner

from interlock.cli import main
from interlock.cli.options import STATES
from interlock.journal import Status


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("runs", "--status", "done"), "'running', 'waiting'"),
        (("runs", "each", "retry", "--status", "done"), "'running', 'waiting'"),
        (("runs", "--limit", "0"), "1<=x<=1000"),
        (("events", "--limit", "1001"), "1<=x<=1000"),
        (("events", "replay", "a", "--since", "-1"), "x>=0"),
        (("runs", "cancel", "R", "--within", "soon"), "such as 30s"),
        (("call", "files.read", "--timeout", "5 minutes"), "such as 30s"),
        (("top", "--every", "0"), "x>=0.1"),
        (("log", "--level", "loud"), "'debug', 'info'"),
    ],
)
def test_what_an_option_may_be_is_told(words: tuple[str, ...], told: str) -> None:
    done = CliRunner().invoke(main, words, prog_name="interlock")

    assert done.exit_code == 2
    assert told in done.stderr


def test_the_states_are_those_of_the_journal() -> None:
    assert get_args(Status) == STATES
