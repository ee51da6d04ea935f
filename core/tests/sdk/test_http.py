"""When a service wants to be asked again, as its headers say it."""

from __future__ import annotations

import pytest

from interlock.sdk import retry_after_seconds

NOW = 1_800_000_000.0  # 2027-01-15 08:00 UTC


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 0.5 ", 0.5),
        ("-3", 0.0),
        ("Fri, 15 Jan 2027 08:01:00 GMT", 60.0),
        ("Fri, 15 Jan 2027 07:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("inf", None),
        ("nan", None),
        ("1e999", None),
    ],
)
def test_a_number_or_a_date_and_nothing_that_nobody_can_wait_for(
    header: str, seconds: float | None
) -> None:
    assert retry_after_seconds({"retry-after": header}, NOW) == seconds


def test_without_the_header_nothing_is_known() -> None:
    assert retry_after_seconds({}, NOW) is None
