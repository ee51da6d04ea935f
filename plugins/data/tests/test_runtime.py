"""Through a whole runtime, as a workflow calls it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from interlock.daemon.compose import open_runtime
from interlock.sdk import InvalidInput


async def test_a_workbook_from_a_message_and_back(tmp_path: Path) -> None:
    path = tmp_path / "interlock.yaml"
    config = {
        "version": 1,
        "daemon": {"state_dir": str(tmp_path / "state")},
        "services": {"data": {}},
    }
    path.write_text(yaml.safe_dump(config))
    async with open_runtime(path) as runtime:
        made = await runtime.call(
            "data.convert",
            {"data": "id;n\n1;x\n", "source": "csv", "target": "excel", "store": True},
        )
        digest = made["data"]["digest"]
        read = {"data": {"digest": digest}, "source": "excel", "target": "yaml"}
        assert await runtime.call("data.convert", read) == {
            "format": "yaml",
            "data": "- id: '1'\n  n: x\n",
        }
        with pytest.raises(InvalidInput, match="options.tabs: unknown argument"):
            await runtime.call("data.convert", {**read, "options": {"tabs": 1}})
        with pytest.raises(InvalidInput, match="cannot be converted into xml") as refused:
            await runtime.call("data.convert", {"data": "", "source": "html", "target": "xml"})
        assert refused.value.details["supported"]
