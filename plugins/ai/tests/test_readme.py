"""The README's configuration, template and workflow do what they say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from .conftest import BASES, Start

README = (Path(__file__).parents[1] / "README.md").read_text()


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


async def test_the_examples_of_the_readme_run(simulator: Any, start: Start, tmp_path: Path) -> None:
    config, workflow = blocks("yaml")
    (template,) = blocks("markdown")
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts/release_note@2.md").write_text(template)
    (tmp_path / "announce.yaml").write_text(workflow)
    url = (await simulator.status())["url"]
    services = yaml.safe_load(config)["services"]
    for service in services.values():
        settings = service["settings"]
        settings |= {"api_key": "simulated", "base_url": url + BASES[settings["provider"]]}
        service["http"] = {"allow_private": True}
    services["ai"]["settings"]["templates"] = str(tmp_path / "prompts")

    runtime = await start(services, workflows={"paths": [str(tmp_path / "announce.yaml")]})
    output = await runtime.wait(await runtime.start("announce", {"changes": ["Faster."]}))
    assert output["title"].startswith("Write a release note for users")
    assert output["tone"] in ("positive", "neutral", "negative", "mixed")
    assert "ai.release_note" in runtime.host.services.prompts()
