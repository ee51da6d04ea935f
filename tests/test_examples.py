"""The configuration and the workflow that a plugin's page shows can be used as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from interlock.daemon import make_plan
from interlock.sdk import RealWorld

FOLDER = Path(__file__).parents[1] / "plugins"
PAGES = {page.parent.name: page.read_text(encoding="utf-8") for page in FOLDER.glob("*/README.md")}
_BLOCK = re.compile(
    r"(?:^`(?P<file>\S+)`:\n\n)?^```yaml\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


@pytest.mark.parametrize("page", sorted(PAGES))
async def test_what_a_page_shows_has_no_fault(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = list(_BLOCK.finditer(PAGES[page]))
    config = "".join(each["text"] for each in shown if not each["text"].startswith("workflow:"))
    workflows = [each for each in shown if each["text"].startswith("workflow:")]
    for each in workflows:
        (tmp_path / (each["file"] or "shown.yaml")).write_text(each["text"])
    if "workflows:" not in config:
        config += "workflows: {paths: ['shown.yaml']}\n" if workflows else ""
    (tmp_path / "interlock.yaml").write_text(config)
    for variable in re.findall(r"\{env: (\w+)\}", config):
        monkeypatch.setenv(variable, "some value")

    plan = await make_plan(tmp_path / "interlock.yaml", RealWorld())

    assert plan.services
    assert len(plan.templates) == len(workflows) >= (page != "simulator")
