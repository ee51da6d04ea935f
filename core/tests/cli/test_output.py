"""What services say is shown, and obeyed by no terminal."""

from __future__ import annotations

import pytest

from interlock.cli.exits import print_error
from interlock.cli.output import first_line, print_table
from interlock.sdk import Rejected

SAID = "no\x1b]0;owned\x07\x1b[2J such page\r"


def test_escapes_of_a_service_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["WHY"], [[SAID]])
    print_error(Rejected(SAID, hint=SAID))
    shown = capsys.readouterr()
    for text in (shown.out, shown.err, first_line(SAID)):
        assert "\\x1b]0;owned\\x07\\x1b[2J such page" in text
        assert "\x1b" not in text and "\x07" not in text
