"""An exporter that is not installed is told before anything starts, with its place."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from interlock.config import ConfigError
from interlock.daemon.plan import make_plan
from interlock.sdk import RealWorld


async def test_an_exporter_that_is_not_installed_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "interlock.yaml"
    path.write_text("version: 1\ntelemetry: {exporter: otlp}\n")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter", None)

    with pytest.raises(ConfigError) as error:
        await make_plan(path, RealWorld())

    (fault,) = error.value.faults
    assert (fault.line, fault.hint) == (2, "pip install 'interlock[otlp]'")


async def test_one_that_needs_nothing_is_none(tmp_path: Path) -> None:
    path = tmp_path / "interlock.yaml"
    path.write_text("version: 1\ntelemetry: {exporter: console}\n")

    assert (await make_plan(path, RealWorld())).config.telemetry.exporter == "console"
