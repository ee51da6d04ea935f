"""What README shows is what the tests run."""

import re
from pathlib import Path

from interlock.config import Document
from interlock.workflows import load_template

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
WEATHER = ROOT / "tests/plugins/weather"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


def test_the_plugin_shown_is_the_one_that_is_built_installed_and_called() -> None:
    source = (WEATHER / "src/interlock_weather/__init__.py").read_text(encoding="utf-8")

    assert blocks("python")[0].strip() == source.strip()
    assert blocks("toml")[0].strip() == (WEATHER / "pyproject.toml").read_text("utf-8").strip()
    assert len(source.splitlines()) < 40


def test_the_first_two_commands_are_the_demo_and_the_tests() -> None:
    assert blocks("")[0].splitlines() == [
        "pip install uv && uv run interlock demo",
        "uv run pytest",
    ]


def test_the_workflow_shown_is_a_workflow() -> None:
    (shown,) = [block for block in blocks("yaml") if block.startswith("workflow:")]

    assert load_template(Document(shown, "README.md")).name == "publish_release_notes"


def test_every_plugin_has_its_page_linked() -> None:
    for folder in (ROOT / "plugins").iterdir():
        if (folder / "pyproject.toml").is_file():
            assert f"](plugins/{folder.name}/README.md)" in README
