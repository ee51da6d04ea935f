"""What services say is shown, and obeyed by no terminal; times are said as people say them."""

from __future__ import annotations

import pytest

from interlock.cli.exits import print_error
from interlock.cli.output import first_line, print_table, span
from interlock.sdk import Rejected

SAID = "no\x1b]0;owned\x07\x1b[2J such page\r"


def test_escapes_of_a_service_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["WHY"], [[SAID]])
    print_error(Rejected(SAID, hint=SAID))
    shown = capsys.readouterr()
    for text in (shown.out, shown.err, first_line(SAID)):
        assert "\\x1b]0;owned\\x07\\x1b[2J such page" in text
        assert "\x1b" not in text and "\x07" not in text


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.012, "12 ms"),
        (0.9997, "1.0 s"),
        (59.96, "1 min 0 s"),
        (119.7, "2 min 0 s"),
        (245.2, "4 min 5 s"),
        (3599.8, "1.0 h"),
        (9000.0, "2.5 h"),
    ],
)
def test_no_span_has_sixty_of_anything(seconds: float, said: str) -> None:
    assert span(seconds) == said
