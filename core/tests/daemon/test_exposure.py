"""Where others can reach the daemon, somebody must have been told who may come in."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.config import ConfigError
from interlock.daemon.plan import make_plan
from interlock.sdk import RealWorld

TOKEN = f"api: {{tokens: [{{name: ci, sha256: {'a' * 64}}}]}}\n"


def config(folder: Path, host: str, more: str = "") -> Path:
    path = folder / "interlock.yaml"
    path.write_text(f'version: 1\ndaemon:\n  host: "{host}"\n{more}')
    return path


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "box.example"])
async def test_an_open_address_without_anybodys_token_is_a_fault(tmp_path: Path, host: str) -> None:
    with pytest.raises(ConfigError) as error:
        await make_plan(config(tmp_path, host), RealWorld())
    (fault,) = error.value.faults
    assert (fault.line, "can be reached by others" in fault.message) == (3, True)
    await make_plan(config(tmp_path, host, TOKEN), RealWorld())


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
async def test_loopback_needs_none(tmp_path: Path, host: str) -> None:
    await make_plan(config(tmp_path, host), RealWorld())
