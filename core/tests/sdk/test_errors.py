"""Errors cross boundaries as problems and come back as themselves."""

from __future__ import annotations

import pickle
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.sdk import InterlockError, Retryable, Throttled, errors, from_problem

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, InterlockError)
]
details = st.dictionaries(
    st.from_regex(r"[a-z]{3,8}", fullmatch=True).filter(
        lambda name: name not in ("message", "hint", "self")
    ),
    st.none() | st.integers() | st.text(),
    max_size=3,
)


@given(
    kind=st.sampled_from(KINDS),
    message=st.text(),
    hint=st.text(),
    retry_after=st.none() | st.floats(0, 1e6),
    details=details,
)
def test_an_error_survives_the_round_trip(
    kind: type[InterlockError],
    message: str,
    hint: str,
    retry_after: float | None,
    details: dict[str, Any],
) -> None:
    error = kind(message, hint=hint, retry_after=retry_after, **details)
    back = from_problem(error.to_problem())

    assert type(back) is kind
    assert back.to_problem() == error.to_problem()
    assert pickle.loads(pickle.dumps(error)).to_problem() == error.to_problem()  # noqa: S301 - ours


def test_every_kind_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in KINDS]

    assert len(set(codes)) == len(codes)
    assert all("code" in vars(kind) for kind in KINDS)


def test_an_unknown_code_becomes_a_plain_error() -> None:
    error = from_problem({"code": "of-tomorrow", "message": "well"})

    assert type(error) is InterlockError
    assert error.message == "well"


def test_details_may_have_any_names() -> None:
    problem = {"code": "rejected", "message": "no", "details": {"message": "x", "hint": 1}}

    assert from_problem(problem).to_problem() == problem


def test_an_empty_problem_is_still_an_error() -> None:
    assert str(from_problem({})) == "unknown error"


def test_the_text_has_the_hint() -> None:
    assert str(Retryable("away", hint="come back")) == "away (come back)"
    assert str(Retryable("away")) == "away"


@pytest.mark.parametrize("never", [inf, -inf, nan])
def test_a_time_to_come_back_that_never_comes_is_unknown(never: float) -> None:
    error = Throttled("slower", retry_after=never)
    assert error.retry_after is None
    error.retry_after = never
    assert error.retry_after is None and "retry_after" not in error.to_problem()


@pytest.mark.parametrize(("given", "sent"), [({}, True), ({"sent": False}, False)])
def test_a_retryable_was_sent_unless_it_says_otherwise(given: dict[str, Any], sent: bool) -> None:
    assert Throttled("slower", **given).sent is sent


def test_the_first_to_know_a_detail_names_it() -> None:
    error = Retryable("away", tool="inner").with_details(tool="outer", run="r1")

    assert error.details == {"tool": "inner", "run": "r1"}
