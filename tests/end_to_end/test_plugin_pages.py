"""The workflow that a plugin's page shows, run against the simulator as it stands there."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import interlock
from interlock.runtime import Runtime

ROOT = Path(__file__).parents[2]
SHOWN = {
    "figma": {"file": "not-pink-presentation"},
    "codegen": {"file_key": "not-pink-presentation"},
    "nano-banana": {},
    "simulator": {},
}
CONFIG = """
version: 1
daemon: {{port: 0, state_dir: {folder}/state}}
services:
  simulator: {{settings: {{port: {port}}}}}
  figma:
    settings: {{base_url: "http://127.0.0.1:{port}/figma", token: x, plan: enterprise}}
    http: {{allow_private: true}}
  nano-banana:
    settings: {{base_url: "http://127.0.0.1:{port}/gemini", api_key: x}}
    http: {{allow_private: true}}
  codegen: {{}}
  files: {{settings: {{root: {folder}/out}}}}
workflows: {{paths: [{folder}/*.workflow.yaml]}}
"""


def shown(plugin: str) -> str:
    page = (ROOT / f"plugins/{plugin}/README.md").read_text(encoding="utf-8")
    (found,) = re.findall(r"^```yaml\n(workflow:.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.fixture(scope="module")
async def runtime(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runtime]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    folder = tmp_path_factory.mktemp("pages")
    for plugin in SHOWN:
        (folder / f"{plugin}.workflow.yaml").write_text(shown(plugin))
    path = folder / "interlock.yaml"
    path.write_text(CONFIG.format(folder=folder, port=port))
    async with interlock.open_runtime(path) as opened:
        yield opened


@pytest.mark.parametrize("plugin", SHOWN)
async def test_the_workflow_of_the_page_runs(runtime: Runtime, plugin: str) -> None:
    name = shown(plugin).splitlines()[0].removeprefix("workflow: ")
    given: dict[str, Any] = SHOWN[plugin]

    result = await runtime.wait(await runtime.start(name, given))

    assert result
