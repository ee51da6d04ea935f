"""Who is to answer in a service's place is looked up before anything starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.config import ConfigError
from interlock.daemon.plan import make_plan
from interlock.sdk import RealWorld

CONFIG = """version: 1
services:
  files: {{settings: {{root: .}}, policies: {{fallback: {service}}}}}
  spare:
    plugin: files
    settings: {{root: .}}
    tools: {{read: {{policies: {{fallback: {tool}}}}}}}
"""


def written(folder: Path, service: str, tool: str) -> Path:
    path = folder / "interlock.yaml"
    path.write_text(CONFIG.format(service=service, tool=tool))
    return path


async def test_every_name_that_there_is_not_is_told_with_its_place(tmp_path: Path) -> None:
    path = written(tmp_path, "{service: spair}", "{tool: files.raed, value: null}")
    with pytest.raises(ConfigError) as error:
        await make_plan(path, RealWorld())
    first, second = error.value.faults
    assert first.path == ("services", "files", "policies", "fallback", "service")
    assert (first.line, first.hint) == (3, "did you mean 'spare'?")
    assert second.path[-2:] == ("fallback", "tool")
    assert (second.line, second.hint) == (7, "did you mean 'files.read'?")


async def test_what_there_will_be_may_be_named(tmp_path: Path) -> None:
    path = written(tmp_path, "{service: spare}", "{tool: files.read}")
    plan = await make_plan(path, RealWorld())
    assert plan.services.keys() == {"files", "spare"}
