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


MIXED = """\
version: 1
daemon: {prot: 1}
services:
  figma:
    settings: {tokn: t}
    tools: {extract_tokns: {}}
  codgen: {}
  analysis: {policies: {retry: {attempts: many}}}
triggers:
  - {on: figma.file_updated, start: regenerat}
workflows: {paths: [own.yaml]}
"""
BESIDE = """\
workflow: regenerate
steps:
  - {id: design, call: figma.desing, with: {file_key: abc}}
  - {id: code, call: codgen.anything}
  - {id: read, call: analysis.anything}
"""


async def test_names_are_checked_beside_other_faults_as_far_as_that_can_be_told(
    tmp_path: Path,
) -> None:
    (tmp_path / "own.yaml").write_text(BESIDE)
    (tmp_path / "interlock.yaml").write_text(MIXED)

    with pytest.raises(ConfigError) as error:
        await make_plan(tmp_path / "interlock.yaml", RealWorld())

    assert [(Path(f.file).name, f.line, f.message) for f in error.value.faults] == [
        ("interlock.yaml", 2, "unknown key 'prot'"),
        ("interlock.yaml", 5, "unknown key 'tokn'"),
        ("interlock.yaml", 6, "figma has no tool 'extract_tokns'"),
        ("interlock.yaml", 7, "unknown service type 'codgen'"),
        ("interlock.yaml", 8, "wrong value 'many'"),
        ("interlock.yaml", 10, "there is no workflow 'regenerat'"),
        ("own.yaml", 3, "there is no tool 'figma.desing'"),
    ]


@pytest.mark.parametrize("workflows", ["[own.yaml]", "{paths: own.yaml}", "{paths: [none.yaml]}"])
async def test_no_workflow_is_missed_where_nobody_can_tell_which_there_are(
    tmp_path: Path, workflows: str
) -> None:
    (tmp_path / "own.yaml").write_text(BESIDE)
    written = MIXED.replace("{paths: [own.yaml]}", workflows)
    (tmp_path / "interlock.yaml").write_text(written)

    with pytest.raises(ConfigError) as error:
        await make_plan(tmp_path / "interlock.yaml", RealWorld())

    assert not [f for f in error.value.faults if "there is no workflow" in f.message]
    assert [f for f in error.value.faults if f.line == 11]
