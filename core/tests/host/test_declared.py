"""Tools that an instance has because of what it found: listed, checked and called like any other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from interlock.sdk import (
    Facts,
    InvalidInput,
    NotFound,
    Service,
    ServiceUnavailable,
    ToolSpec,
    declared_tool,
    tool,
)
from interlock.testing import VirtualWorld
from interlock.testing.world import settle

from .doubles import Hosting

ECHO = {
    "type": "object",
    "required": ["text"],
    "additionalProperties": False,
    "properties": {"text": {"type": "string"}, "times": {"type": "integer", "default": 2}},
}


class Bridge(Service[Any]):
    """Offers what its other side offers just now."""

    offered: tuple[str, ...] = ()

    def tools(self) -> Mapping[str, ToolSpec]:
        facts = Facts(effect="read", idempotent=True)
        declared = [
            declared_tool(
                name, self._echo, description=f"Say {name}.", input_schema=ECHO, facts=facts
            )
            for name in self.offered
        ]
        return {**super().tools(), **{spec.name: spec for spec in declared}}

    async def start(self) -> None:
        await self.offer("hello")

    async def _echo(self, arguments: Mapping[str, Any]) -> Any:
        return [arguments["text"]] * arguments["times"]

    @tool()
    async def offer(self, name: str) -> None:
        """Offer another tool."""
        self.offered = (name,)
        self.context.tools_changed()


async def test_what_is_found_at_the_start_is_a_tool(world: VirtualWorld) -> None:
    async with Hosting(world, Bridge) as hosting:
        host = await hosting.start("bridge")
        assert await host.call("bridge.hello", {"text": "a"}) == ["a", "a"]
        described = host.catalog.get("bridge.hello").to_dict()
    assert described["description"] == "Say hello."
    assert described["input_schema"] == ECHO
    assert described["facts"]["effect"] == "read"


async def test_arguments_are_checked_with_path_and_reason(world: VirtualWorld) -> None:
    async with Hosting(world, Bridge) as hosting:
        host = await hosting.start("bridge")
        with pytest.raises(InvalidInput, match=r"hello: \$\.times: expected integer, not string"):
            await host.call("bridge.hello", {"text": "a", "times": "many"})
        with pytest.raises(InvalidInput, match="'text' is a required property"):
            await host.call("bridge.hello", {})


async def test_defaults_of_another_s_schema_are_not_filled_in() -> None:
    async def never(arguments: Mapping[str, Any]) -> Any:
        raise AssertionError

    signature = declared_tool("x", never, input_schema=ECHO, fill_defaults=False).signature
    assert signature.arguments({"text": "a"}) == {"arguments": {"text": "a"}}
    with pytest.raises(InvalidInput, match="'text' is a required property"):
        signature.arguments({})


async def test_another_list_takes_the_place_of_the_first(world: VirtualWorld) -> None:
    async with Hosting(world, Bridge) as hosting:
        host = await hosting.start("bridge")
        await host.call("bridge.offer", {"name": "bye"})
        assert [entry.name for entry in host.catalog] == ["bridge.bye", "bridge.offer"]
        assert await host.call("bridge.bye", {"text": "b", "times": 1}) == ["b"]
        with pytest.raises(NotFound):
            await host.call("bridge.hello", {"text": "a"})


class Late(Bridge):
    """Learns its tools slowly."""

    async def start(self) -> None:
        await self.context.world.sleep(8.0)
        await super().start()


async def test_a_tool_that_is_not_known_yet_is_no_unknown_tool(world: VirtualWorld) -> None:
    async with Hosting(world, Late) as hosting:
        host = await hosting.start("late", settle=0)
        with pytest.raises(ServiceUnavailable, match="late is being started") as raised:
            await host.call("late.hello", {"text": "a"})
        assert raised.value.retry_after == 1.0
        await settle()
        await world.advance(8.0)
        assert await host.call("late.hello", {"text": "a"}) == ["a", "a"]


@pytest.fixture
def world() -> VirtualWorld:
    return VirtualWorld()
