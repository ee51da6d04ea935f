"""Durations, sizes and rates as texts."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.sdk import Rate
from interlock.sdk.quantities import parse_duration, parse_rate, parse_size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("250ms", 0.25), ("1h30m", 5400), ("1.5 m", 90), ("2d", 172800), (7, 7), (0, 0)],
)
def test_durations(text: Any, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


ENDLESS = [math.inf, math.nan, 10**400, "9" * 400 + "d"]


@pytest.mark.parametrize(
    "text", ["", "s", "30", "30 parsecs", "1h and 2m", -1, True, None, *ENDLESS]
)
def test_what_is_no_duration_is_refused(text: Any) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "size"),
    [("5MiB", 5 * 2**20), ("200 kb", 200_000), ("7", 7), ("1.5GB", 15 * 10**8), (3, 3)],
)
def test_sizes(text: Any, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "MiB", "5 miles", -1, True, "-5kB", "9" * 400 + "kB"])
def test_what_is_no_size_is_refused(text: Any) -> None:
    with pytest.raises(ValueError, match="size"):
        parse_size(text)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("10/s", Rate(10, 1)),
        ("100/15m", Rate(100, 900)),
        ("6/month", Rate(6, 2592000)),
        ("3 / 2 s", Rate(3, 2)),
    ],
)
def test_rates(text: str, rate: Rate) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["", "10", "10/", "0/s", "ten/s", "10/fortnight", "1.5/s", "5/0s"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="rate"):
        parse_rate(text)


@given(
    st.integers(1, 10**6),
    st.integers(1, 1000),
    st.sampled_from(["s", "m", "h", "d"]),
)
def test_a_rate_written_out_reads_back(limit: int, count: int, unit: str) -> None:
    rate = parse_rate(f"{limit}/{count}{unit}")

    assert parse_rate(str(rate)) == rate
