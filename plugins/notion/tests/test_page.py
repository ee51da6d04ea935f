"""The plugin's page tells of everything there is."""

import re
from pathlib import Path

from interlock.sdk import tools_of
from interlock_notion.service import Notion
from interlock_notion.settings import NotionSettings

PAGE = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_every_tool_and_alias_is_on_the_page():
    tools = tools_of(Notion)
    named = set(re.findall(r"^\| `(\w+)`", PAGE, flags=re.MULTILINE))
    assert named >= set(tools)
    aliases = {alias for spec in tools.values() for alias in spec.aliases}
    assert all(f"`{alias}`" in PAGE for alias in aliases)


def test_every_argument_of_a_tool_is_on_the_page():
    rows = {row[0]: row[1] for row in re.findall(r"^\| `(\w+)`[^|]*\|(.*)$", PAGE, re.MULTILINE)}
    for name, spec in tools_of(Notion).items():
        for argument in spec.signature.input_schema["properties"]:
            assert re.search(rf"\b{argument}\b", rows[name]), f"{name}: {argument}"


def test_every_setting_is_on_the_page():
    settings = set(NotionSettings.model_fields)
    assert set(re.findall(r"^\| `(\w+)`", PAGE, flags=re.MULTILINE)) >= settings


def test_every_tool_describes_itself_and_its_arguments():
    for name, spec in tools_of(Notion).items():
        assert spec.description, name
        for argument, schema in spec.signature.input_schema["properties"].items():
            assert schema.get("description"), f"{name}: {argument}"
