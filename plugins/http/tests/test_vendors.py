"""A vendor's own description, against that vendor as it was recorded.

The descriptions are npm packages, fetched once into the system's folder for temporary files.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from interlock.daemon.compose import open_runtime
from interlock.sdk import NotFound, RealWorld
from interlock_simulator.service import Simulator
from interlock_simulator.settings import SimulatorSettings

from .conftest import Open

PACKAGES = {
    "figma": ("@figma/rest-api-spec@0.43.0", "package/openapi/openapi.yaml", 54),
    "notion": (
        "@notionhq/notion-mcp-server@2.5.2",
        "package/scripts/notion-openapi.json",
        24,
    ),
}


def description(vendor: str) -> Path:
    package, inside, _ = PACKAGES[vendor]
    place = Path(tempfile.gettempdir()) / f"interlock-description-{vendor}"
    if not (place / inside).exists() and (trouble := _fetch(package, place)):
        told = f"no {package} ({trouble}); `npm pack {package}` and unpack it in {place}"
        if os.environ.get("INTERLOCK_TEST_REQUIRE_SERVICES") == "1":
            pytest.fail(told)
        pytest.skip(told)
    return place / inside


def _fetch(package: str, place: Path) -> str:
    if shutil.which("npm") is None:
        return "npm is not installed"
    place.mkdir(exist_ok=True)
    packed = subprocess.run(
        ["npm", "pack", "--silent", package],
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
    )
    if packed.returncode:
        return packed.stderr.strip()[:200]
    with tarfile.open(place / packed.stdout.split()[-1]) as archive:
        archive.extractall(place, filter="data")
    return ""


@pytest.mark.parametrize("vendor", ["figma", "notion"])
async def test_every_operation_of_a_vendor_is_a_tool(vendor: str, tmp_path: Path) -> None:
    config = {
        "version": 1,
        "daemon": {"state_dir": str(tmp_path)},
        "services": {
            "api": {"plugin": "openapi", "settings": {"description": str(description(vendor))}}
        },
    }
    (tmp_path / "interlock.yaml").write_text(yaml.safe_dump(config))
    async with open_runtime(tmp_path / "interlock.yaml") as runtime:
        assert len(runtime.tools()) == PACKAGES[vendor][2] + 1
        assert (await runtime.call("api.describe_api"))["left_out"] == []


@pytest.fixture
async def simulator() -> AsyncIterator[str]:
    """URL of all vendors as they were recorded."""
    context: Any = SimpleNamespace(name="simulator", world=RealWorld())
    service = Simulator(SimulatorSettings(), context)
    async with service.running():
        yield str((await service.status())["url"])


async def test_figma_is_called_by_its_own_description(simulator: str, opened: Open) -> None:
    settings = {
        "description": str(description("figma")),
        "base_url": f"{simulator}/figma",
        "credentials": {"PersonalAccessToken": "simulated"},
        "operations": {"getFile": {"pick": "name"}},
    }
    runtime = await opened(settings, plugin="openapi")
    arguments = {"file_key": "radix-icons"}
    assert "Radix" in await runtime.call("api.get_file", {**arguments, "depth": 1})
    sets = await runtime.call("api.get_file_component_sets", arguments)
    assert sets["error"] is False
    with pytest.raises(NotFound, match="GET /figma/v1/files/none was answered 404"):
        await runtime.call("api.get_file", {"file_key": "none"})


async def test_notion_is_called_by_its_own_description(simulator: str, opened: Open) -> None:
    pages = {"kind": "cursor", "argument": "start_cursor", "next": "next_cursor"}
    overlay = {"effect": "read", "paging": {**pages, "items": "results"}}
    settings = {
        "description": str(description("notion")),
        "base_url": f"{simulator}/notion",
        "credentials": {"bearerAuth": "simulated"},
        "headers": {"Notion-Version": "2025-09-03"},
        "operations": {"post-search": overlay},
    }
    runtime = await opened(settings, plugin="openapi")
    assert (await runtime.call("api.get_self"))["object"] == "user"
    few = await runtime.call("api.post_search", {"page_size": 5})
    many = await runtime.call("api.post_search", {"page_size": 100})
    assert few == many
    assert len({item["id"] for item in few["items"]}) == len(few["items"]) > 5
