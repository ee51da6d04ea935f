"""Prompt templates: files with versions, checked, filled in, offered to MCP clients."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from interlock.sdk import InvalidInput, NeedsAttention, NotFound
from interlock_ai.templates import load_templates

FIRST = """---
description: A note on what changed.
variables: {changes: {type: string}}
---
Write about: {{ changes }}
"""
SECOND = """---
description: A note on what changed, for somebody.
system: You write release notes for {{ audience }}.
variables:
  changes: {type: array, items: {type: string}, description: what changed}
  audience: {type: string, default: everybody}
answer:
  type: object
  properties: {title: {type: string}}
  required: [title]
max_tokens: 300
---
[1] Changes for {{audience}}: {{ changes }}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "prompts"
    folder.mkdir()
    (folder / "note@1.md").write_text(FIRST)
    (folder / "note@10.md").write_text(SECOND)
    return folder


async def test_a_template_is_asked_by_name_or_by_name_and_version(ai: Any, folder: Path) -> None:
    tools = await ai(templates=str(folder))
    newest = await tools.generate(template="note", variables={"changes": ["a", "b"]})
    first = await tools.generate(template="note@1", variables={"changes": "a fix."})
    assert newest["data"] == {"title": 'Changes for everybody: ["a","b"]'}
    assert first["text"] == "Write about: a fix." and first["data"] is None
    assert (newest["template"]["version"], first["template"]["version"]) == (10, 1)
    assert newest["template"]["digest"] != first["template"]["digest"]


async def test_templates_are_listed_and_offered_as_prompts(ai: Any, folder: Path) -> None:
    tools = await ai(templates=str(folder))
    listed = await tools.list_templates()
    assert [(each["name"], each["version"], each["newest"]) for each in listed] == [
        ("note", 1, False),
        ("note", 10, True),
    ]
    prompt = tools.runtime.host.services.prompts()["ai.note"]
    (message,) = prompt.fill({"changes": '["a"]'})
    said = 'You write release notes for everybody.\n\n[1] Changes for everybody: ["a"]'
    assert message.text == said
    assert [name for name, it in prompt.arguments.items() if it.required] == ["changes"]
    with pytest.raises(InvalidInput, match="must be JSON"):
        prompt.fill({"changes": "a"})


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"template": "nota"}, NotFound, "no template 'nota'"),
        ({"template": "note@2"}, NotFound, "no template 'note@2'"),
        ({"template": "note"}, InvalidInput, "needs changes"),
        ({"template": "note", "variables": {"changes": "x"}}, InvalidInput, "not of type 'array'"),
        (
            {"template": "note@1", "variables": {"changes": "", "x": 1}},
            InvalidInput,
            "it has: changes",
        ),
        ({"template": "note", "prompt": "x"}, InvalidInput, "either prompt or template"),
        ({}, InvalidInput, "either prompt or template"),
        ({"prompt": "x", "variables": {}}, InvalidInput, "those of a template"),
    ],
)
async def test_what_cannot_be_asked_is_told_before_anything_is_spent(
    ai: Any, simulator: Any, folder: Path, arguments: dict[str, Any], error: Any, says: str
) -> None:
    tools = await ai(templates=str(folder))
    with pytest.raises(error, match=says):
        await tools.generate(**arguments)
    assert not [each for each in await simulator.requests() if each["method"] == "POST"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("note.md", FIRST, r"note\.md: a template is named like"),
        ("a@1.md", "Write.", "does not begin with YAML"),
        ("a@1.md", "---\ncolour: red\n---\nx", "colour: Extra inputs"),
        ("a@1.md", "---\nvariables: {a: {type: nothing}}\n---\nx", "'nothing' is not valid"),
        ("a@1.md", "---\nanswer: {type: array}\n---\nx", "must be an object"),
        ("a@1.md", "---\na: [\n---\nx", "while parsing"),
        ("a@1.md", "---\n---\n{{ b }}", "b stands in the text, but not under variables"),
        ("a@1.md", "---\nsystem: For {{ b }}.\n---\nx", "b stands in the text, but not under"),
        ("a@1.md", "---\nvariables: {b: {}}\n---\n{{ b.c }}", r"\{\{ b.c \}\} is no variable"),
        ("a@1.md", "---\nvariables: {b: {}}\n---\n{{b|upper}}", "is no variable"),
        ("a@1.md", "---\n---\n{{ release-notes }}", "is no variable"),
    ],
)
def test_a_file_that_is_no_template_is_named(
    folder: Path, name: str, content: str, says: str
) -> None:
    (folder / name).write_text(content)
    with pytest.raises(NeedsAttention, match=says):
        load_templates(folder)


def test_what_stands_in_a_value_is_no_template(folder: Path) -> None:
    template = load_templates(folder).get("note")
    hostile = "{{ changes }} {{audience}} \\1 \\g<0> ---"
    filled = template.filled({"changes": ["{{ audience }}"], "audience": hostile})
    assert filled.text == f'[1] Changes for {hostile}: ["{{{{ audience }}}}"]'
    assert filled.system == f"You write release notes for {hostile}."


def test_braces_of_code_are_left_alone(folder: Path) -> None:
    (folder / "code@1.md").write_text("---\n---\nWrite <p style={{ color: 'red' }} /> {{ ")
    filled = load_templates(folder).get("code").filled({})
    assert filled.text == "Write <p style={{ color: 'red' }} /> {{"
