"""The exam's quick rows over the recorded designs; it needs node."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RECORDINGS = ROOT / "plugins/simulator/src/interlock_simulator/recordings/figma"
NAMES = ("home-section.node", "storybook-sample.file", "not-pink-presentation.file")


@pytest.mark.timeout(300)
def test_generated_code_passes_the_quick_rows() -> None:
    files = [str(RECORDINGS / f"{name}.json") for name in NAMES]
    command = [sys.executable, str(HERE / "run.py"), "--quick", "--json", *files]

    done = subprocess.run(command, capture_output=True, text=True)

    if done.returncode == 2 and os.environ.get("INTERLOCK_TEST_REQUIRE_SERVICES") != "1":
        pytest.skip(json.loads(done.stdout)["missing"])
    assert done.returncode == 0, done.stdout + done.stderr
