"""The notion service over real HTTP against the simulator, in each version of the API."""

from __future__ import annotations

import itertools
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import interlock
from interlock.runtime import Runtime

CONFIG = """
version: 1
daemon: {{port: 0, state_dir: {state}}}
services:
  simulator: {{settings: {{port: {port}, query_limit: 9}}}}
  analysis: {{}}
  files: {{settings: {{root: {folder}/out}}}}
{notions}
workflows:
  paths: [{folder}/*.workflow.yaml, {root}/config/workflows/sync_notion_page.yaml]
"""
NOTION = """
  {name}:
    plugin: notion
    settings:
      {{base_url: "http://127.0.0.1:{port}/notion", token: x, rate: 5000/s, version: "{version}"}}
    http: {{allow_private: true}}
"""
SERVICES = {"2022-06-28": "notion-2022", "2025-09-03": "notion", "2026-03-11": "notion-2026"}
ROOT = Path(__file__).parents[3]
ABOUT = "fdc65179-a8bd-451c-af67-59019204cfde"
DATABASE = "1842fdf6-5e49-4c74-a388-cab1b3a6725e"

numbers = itertools.count(1)


class Notion:
    """One service's tools, by name."""

    def __init__(self, runtime: Runtime, version: str) -> None:
        self.runtime = runtime
        self.version = version

    async def __call__(self, tool: str, **arguments: Any) -> Any:
        return await self.runtime.call(f"{SERVICES[self.version]}.{tool}", arguments)

    async def page(self, markdown: str = "") -> str:
        """The id of a new page with this content."""
        title = f"Page {next(numbers)}"
        made = await self("create_page", parent_id=ABOUT, title=title, markdown=markdown)
        return str(made["id"])

    async def markdown(self, page_id: str) -> str:
        return str((await self("page_markdown", page_id=page_id))["markdown"])


def example(plugin: str) -> str:
    """The workflow that a plugin's page shows."""
    page = (ROOT / f"plugins/{plugin}/README.md").read_text(encoding="utf-8")
    shown = re.findall(r"^```yaml\n(workflow:.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)
    assert len(shown) == 1
    return str(shown[0])


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    folder = tmp_path_factory.mktemp("notion")
    notions = "".join(NOTION.format(name=n, port=port, version=v) for v, n in SERVICES.items())
    places = {"folder": folder, "state": folder / "state", "root": ROOT}
    path = folder / "interlock.yaml"
    path.write_text(CONFIG.format(port=port, notions=notions, **places))
    for plugin in ("notion", "analysis"):
        (folder / f"{plugin}.workflow.yaml").write_text(example(plugin))
    return path


@pytest.fixture(scope="module")
async def runtime(config: Path) -> AsyncIterator[Runtime]:
    async with interlock.open_runtime(config) as opened:
        yield opened


@pytest.fixture(params=SERVICES)
def each(request: pytest.FixtureRequest, runtime: Runtime) -> Notion:
    """The service in each version."""
    return Notion(runtime, request.param)


@pytest.fixture
def notion(runtime: Runtime) -> Notion:
    return Notion(runtime, "2025-09-03")
