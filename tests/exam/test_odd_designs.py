"""Odd designs become code: no crash, the same bytes twice."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from generation import generate
from odd_designs import Draughtsman


@pytest.mark.parametrize(
    ("start", "count"), [(0, 15), pytest.param(15, 85, marks=pytest.mark.slow)]
)
def test_odd_designs_become_the_same_code_twice(start: int, count: int) -> None:
    for seed in range(start, start + count):
        body = Draughtsman(seed).file()

        made = generate(body, node_ids=False)
        again = generate(json.loads(json.dumps(body)), node_ids=False)

        assert made.files == again.files, f"seed {seed}"
        assert max(len(path) for path in made.files) < 120, f"seed {seed}"


@pytest.mark.slow
def test_five_thousand_layers_are_no_burden() -> None:
    made = generate(Draughtsman(1).file(layers=450), node_ids=False)

    assert len(made.files) > 900
