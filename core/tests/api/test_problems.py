"""Errors as answers: whatever an error says, the answer is one that HTTP knows."""

from __future__ import annotations

from math import inf, nan

import orjson
import pytest

from interlock.api.problems import Problem
from interlock.sdk import Throttled


@pytest.mark.parametrize(
    ("wait", "header"), [(None, None), (0.2, "1"), (3, "3"), (-1.0, "0"), (inf, None), (nan, None)]
)
def test_the_client_is_told_to_come_back_in_whole_seconds_if_ever(
    wait: float | None, header: str | None
) -> None:
    answer = Problem(Throttled("slower", retry_after=wait))

    assert answer.status_code == 429
    assert answer.headers.get("retry-after") == header
    assert ("retry_after" in orjson.loads(answer.body)) == (header is not None)
