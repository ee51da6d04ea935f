"""What an agent reads of a tool: each says what it does, and what each of its arguments is."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from interlock.sdk import ToolSpec, tools_of

PLUGINS = sorted(path.name for path in Path(__file__).parents[2].glob("plugins/*/src/interlock_*"))


def tools() -> Iterator[tuple[str, ToolSpec]]:
    """The tools of all service types, but for those that only settings declare."""
    for plugin in PLUGINS:
        for service, place in import_module(plugin).interlock_services().items():
            module, _, name = place.partition(":")
            for spec in tools_of(getattr(import_module(module), name)).values():
                yield f"{service}.{spec.name}", spec


TOOLS = dict(tools())


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_a_tool_says_what_it_does_and_what_it_takes(name: str) -> None:
    spec = TOOLS[name]
    first = spec.description.partition("\n\n")[0]

    assert first[:1].isupper() and first.endswith(".")
    for argument, schema in spec.signature.input_schema["properties"].items():
        assert len(schema.get("description", "").split()) > 1, argument
        # "of the file" says nothing to whoever does not see the name beside it.
        assert not schema["description"].startswith(("of ", "as in ", "its ")), argument


def test_all_tools_were_looked_at() -> None:
    assert len(TOOLS) > 100
