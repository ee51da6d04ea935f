"""The engines that are held to the suite."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .embedded import Embedded
from .harness import Harness

ENGINES: dict[str, Callable[[Path], Harness]] = {"embedded": Embedded}


@pytest.fixture(params=ENGINES)
def harness(request: pytest.FixtureRequest, tmp_path: Path) -> Harness:
    return ENGINES[request.param](tmp_path)
