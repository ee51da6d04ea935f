"""The engines that are held to the suite."""

from __future__ import annotations

from pathlib import Path

import pytest

from .embedded import Embedded
from .harness import Harness
from .on_restate import OnRestate

_ENGINES = [
    "embedded",
    # A server that is killed in this process leaves connections that nobody ends.
    pytest.param(
        "restate",
        marks=pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    ),
]

_NOT_ON_RESTATE = {
    "test_queues_hold_runs_to_their_turns_also_over_a_restart": "there are no queues over daemons",
    "test_a_run_that_waits_is_moved_to_a_version_that_fits": "a life keeps its version",
}

_QUICK = (
    "branches of several steps, nested-after",
    "events and what is done when none comes-before",
    "a flaky step beside a slow one-after",
    "in_doubt[restate-fail",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On Restate the suite takes minutes; a few of its tests run with all others."""
    for item in items:
        if "restate" not in item.name or not item.path.is_relative_to(Path(__file__).parent):
            continue
        if why := _NOT_ON_RESTATE.get(getattr(item, "originalname", "")):
            item.add_marker(pytest.mark.skip(reason=why))
        if not any(quick in item.name for quick in _QUICK):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(params=_ENGINES)
def harness(request: pytest.FixtureRequest, tmp_path: Path) -> Harness:
    if request.param == "embedded":
        return Embedded(tmp_path)
    return OnRestate(tmp_path, request.getfixturevalue("restate_server"))
