"""The official suite finds nothing wrong: both eras, and everything that either knows."""

from __future__ import annotations

import os

import pytest

from . import run


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("leg", run.LEGS)
def test_the_official_suite_finds_no_failure(leg: str) -> None:
    if not run.install():
        why = "needs npm, and its registry, to fetch the official suite"
        if os.environ.get("INTERLOCK_TEST_REQUIRE_SERVICES"):
            pytest.fail(why)
        pytest.skip(why)

    score = run.run(leg)

    assert score.failed == 0, "\n".join(score.failures())
    assert score.passed > 50
