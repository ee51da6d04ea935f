"""Odd designs become code that type-checks: no crash, the same bytes twice, no lint error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from generation import generate  # noqa: E402 - the exam is a command, not a package
from odd_designs import Draughtsman  # noqa: E402


@pytest.mark.parametrize("start", [0, 20, 40])
def test_odd_designs_become_the_same_code_twice(start: int) -> None:
    for seed in range(start, start + 20):
        body = Draughtsman(seed).file()

        made = generate(body, node_ids=False)
        again = generate(json.loads(json.dumps(body)), node_ids=False)

        assert made.files == again.files, f"seed {seed}"
        assert max(len(path) for path in made.files) < 120, f"seed {seed}"


def test_five_thousand_layers_are_no_burden() -> None:
    made = generate(Draughtsman(1).file(layers=450), node_ids=False)

    assert len(made.files) > 900


@pytest.mark.timeout(300)
def test_code_from_odd_designs_compiles_and_lints(tmp_path: Path) -> None:
    files = []
    for seed in (100, 101):
        files.append(tmp_path / f"odd-{seed}.json")
        files[-1].write_text(json.dumps(Draughtsman(seed).file()), encoding="utf-8")
    command = [sys.executable, str(HERE / "run.py"), "--quick", "--json", *map(str, files)]

    done = subprocess.run(command, capture_output=True, text=True)

    if done.returncode == 2 and os.environ.get("INTERLOCK_TEST_REQUIRE_SERVICES") != "1":
        pytest.skip(json.loads(done.stdout)["missing"])
    assert done.stdout, done.stderr
    for rows in json.loads(done.stdout)["files"].values():
        for name in ("types", "lint", "determinism", "tokens"):
            assert rows[name]["passed"], rows[name]
