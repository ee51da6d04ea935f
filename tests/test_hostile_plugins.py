"""Distributions that do everything wrong, beside one that does not: each is reported by name."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PLUGINS = Path(__file__).parent / "plugins"
HOSTILE = sorted((PLUGINS / "hostile").iterdir())


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a host saw that had all of them installed."""
    site = tmp_path_factory.mktemp("hostile")
    install = ["uv", "--offline", "pip", "install", "--python", sys.executable, "--no-deps"]
    subprocess.run([*install, "--quiet", "--target", site, *HOSTILE], check=True)
    done = subprocess.run(
        [sys.executable, PLUGINS / "host_hostile.py", site],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("name", "stage", "reason"),
    [
        ("raises-at-import", "imported", "RuntimeError: the licence has run out"),
        ("exits-at-import", "imported", "SystemExit: 3"),
        ("hangs-at-import", "imported", "not done after 2 s"),
        ("is-too-new", "compatible", "SDK API 99"),
        ("misnames-an-argument", "registered", "runtime"),
        ("invents-a-hook", "registered", "interlock_servces"),
        ("raises-in-a-hook", "registered", "LookupError: no services today"),
        ("twin", "found", "hostile-twin-a and hostile-twin-b"),
        ("rival-a", "registered", "rival-a (hostile-rival-a) and rival-b (hostile-rival-b)"),
        ("rival-b", "registered", "rival-a (hostile-rival-a) and rival-b (hostile-rival-b)"),
    ],
)
def test_a_plugin_that_cannot_be_loaded_is_named_with_stage_reason_and_hint(
    seen: dict[str, Any], name: str, stage: str, reason: str
) -> None:
    record = seen["plugins"][name]

    assert (record["state"], record["stage"]) == ("failed", stage)
    assert reason in record["reason"]
    assert record["hint"]


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("fails-in-init", "waiting", "made by dividing"),
        ("fails-in-start", "waiting", "no such device"),
        ("wants-a-person", "needs-attention", "the token was revoked"),
    ],
)
def test_a_service_that_cannot_start_is_named_and_its_calls_answered(
    seen: dict[str, Any], name: str, state: str, reason: str
) -> None:
    expected = "needs-attention" if state == "needs-attention" else "service-unavailable"

    assert seen["services"][name]["state"] == state
    assert reason in seen["services"][name]["reason"]
    assert seen["plugins"][name]["state"] == state
    assert seen["calls"][name]["code"] == expected
    assert reason in seen["calls"][name]["message"]


def test_a_service_that_hangs_in_start_delays_nobody(seen: dict[str, Any]) -> None:
    assert seen["services"]["hangs-in-start"]["state"] == "starting"
    assert seen["services"]["hangs-in-start"]["reason"].startswith("start() has taken ")
    assert "start() has taken " in seen["plugins"]["hangs-in-start"]["reason"]
    assert seen["calls"]["hangs-in-start"]["code"] == "deadline-exceeded"


def test_a_service_of_a_refused_plugin_says_why_it_is_not_there(seen: dict[str, Any]) -> None:
    assert seen["services"]["mail"]["state"] == "failed"
    assert "no plugin offers the service type 'mail'" in seen["calls"]["mail"]["message"]


def test_who_blocks_the_loop_is_named_with_the_line(seen: dict[str, Any]) -> None:
    blocked = seen["services"]["blocks-the-loop"]["blocked"]

    assert blocked[0]["service"] == "blocks-the-loop"
    assert "in compute" in blocked[0]["stack"][-1]


def test_everything_else_runs(seen: dict[str, Any]) -> None:
    assert seen["plugins"]["behaves"]["state"] == "ready"
    assert seen["calls"]["behaves"] == 42
    assert seen["calls"]["blocks-the-loop"] == 42
