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

_QUICK = (
    "branches of several steps, nested-after",
    "events and what is done when none comes-before",
    "a flaky step beside a slow one-after",
    "in_doubt[restate-fail",
    "over_a_restart[restate",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On Restate the suite takes minutes; a few of its tests run with all others."""
    for item in items:
        if "restate" not in item.name or not item.path.is_relative_to(Path(__file__).parent):
            continue
        if not any(quick in item.name for quick in _QUICK):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(params=_ENGINES)
def harness(request: pytest.FixtureRequest, tmp_path: Path) -> Harness:
    if request.param == "embedded":
        return Embedded(tmp_path)
    return OnRestate(tmp_path, request.getfixturevalue("restate_server"))
