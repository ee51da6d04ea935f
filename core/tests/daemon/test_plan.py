"""A configuration's faults are found before anything starts, all that can be found at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from interlock.config import ConfigError
from interlock.daemon.plan import make_plan
from interlock.sdk import RealWorld

CONFIG = """\
version: 1
services:
  figma:
    settings: {token: t}
    policies: {fallback: {tool: codegen.componet}}
    tools:
      extract_tokns: {policies: {retry: {attempts: 2}}}
      get_file: {policies: {fallback: {tool: figma.get_nodes}}}
  codegen: {}
triggers:
  - {on: figma.file_updated, start: regenerat}
  - {on: figma.file_updated, start: regenerate}
schedules:
  nightly: {start: regenerate, cron: "61 * * * *"}
shared: {service: codegen}
workflows: {paths: [own.yaml]}
"""
WORKFLOW = """\
workflow: regenerate
steps:
  - {id: design, call: figma.desing, with: {file_key: abc}}
"""


async def test_faults_in_names_are_told_together_each_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(WORKFLOW)
    (tmp_path / "interlock.yaml").write_text(CONFIG)

    with pytest.raises(ConfigError) as error:
        await make_plan(tmp_path / "interlock.yaml", RealWorld())

    assert [(f.line, f.column, f.message, f.hint) for f in error.value.faults] == [
        (
            5,
            33,
            "there is no tool 'codegen.componet' to fall back on",
            "did you mean 'codegen.component'?",
        ),
        (7, 7, "figma has no tool 'extract_tokns'", "did you mean 'extract_tokens'?"),
        (11, 37, "there is no workflow 'regenerat'", "did you mean 'regenerate'?"),
        (14, 38, "'61 * * * *' is no cron expression: bad minute", ""),
        (
            15,
            19,
            "there is no service 'codegen' that keeps limits for several daemons",
            "add one of type redis under services",
        ),
        (3, 24, "there is no tool 'figma.desing'", "did you mean 'figma.design'?"),
    ]
