"""The short form; the long one is ``python tests/torture/run.py --kills 200``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_nothing_is_lost_repeated_or_wrong_after_three_kills() -> None:
    command = [sys.executable, str(Path(__file__).with_name("run.py")), "--kills", "3", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=55, check=False)
    verdict = json.loads(done.stdout.splitlines()[-1])

    assert done.returncode == 0, verdict
    assert verdict["kills"] == 3 and verdict["runs"] > 6 and verdict["requests"] > 20
    assert verdict["lost"] == verdict["repeated"] == verdict["wrong"] == 0
