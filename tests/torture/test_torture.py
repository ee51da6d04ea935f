"""The short forms; the long ones are ``python tests/torture/run.py --kills 200``, with what runs
wait for ``python tests/torture/office.py --kills 60``, and with what operators do to them
``python tests/torture/steering.py --kills 70``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


def tortured(script: str, kills: int) -> dict[str, Any]:
    command = [
        sys.executable,
        str(Path(__file__).with_name(script)),
        "--kills",
        str(kills),
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=55, check=False)
    verdict: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])

    assert done.returncode == 0, verdict
    assert verdict["kills"] == kills
    assert verdict["lost"] == verdict["repeated"] == verdict["wrong"] == 0
    return verdict


def test_nothing_is_lost_repeated_or_wrong_after_three_kills() -> None:
    verdict = tortured("run.py", 3)

    assert verdict["runs"] > 6 and verdict["requests"] > 20


@pytest.mark.slow
def test_queues_people_events_children_and_the_clock_survive_two_kills() -> None:
    verdict = tortured("office.py", 2)

    assert verdict["runs"] > 20 and verdict["most_rooms"] > 0


@pytest.mark.slow
def test_pauses_and_cancels_undo_what_they_should_over_three_kills() -> None:
    verdict = tortured("steering.py", 3)

    assert verdict["runs"] > 6 and "cancelled" in verdict["ends"]
