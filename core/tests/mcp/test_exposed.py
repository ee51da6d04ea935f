"""Which tools an endpoint shows, under which names, to whom; and what else is shown."""

from __future__ import annotations

from pathlib import Path
from pkgutil import resolve_name

import pytest

from interlock.mcp import resources
from interlock.sdk import tools_of

from .served import BOB, serving

SETS = """
mcp:
  names: {plus: probe.add}
  tools: ["probe.*"]
  servers:
    counting: {tools: [probe.steps], callers: [ann], instructions: Count with it.}
  resources:
    sum: {uri: "math://{a}/plus/{b}", tool: probe.add}
    fixed: {uri: "math://three", tool: probe.add, with: {a: 1, b: 2}, description: Three.}
  prompts:
    explain:
      description: Explain a number.
      arguments: {number: {description: which, required: true}}
      messages: [{text: "Explain {number}."}, {resource: "math://three"}]
"""


async def test_each_endpoint_has_its_set_and_names(tmp_path: Path) -> None:
    async with serving(tmp_path, SETS) as served:
        async with served.client() as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            added = await client.call_tool("plus", {"a": 1, "b": 2})
        async with served.client(path="/mcp/counting") as client:
            counting = {tool.name for tool in (await client.list_tools()).tools}
        async with served.raw() as raw:
            body = {"name": "probe.add", "arguments": {"a": 1, "b": 2}}
            hidden = (await raw.post("tools/call", body, path="/mcp/counting")).json()
        async with served.raw(BOB) as raw:
            refused = await raw.post("tools/list", path="/mcp/counting")

    assert names == {"plus", "probe.steps", "probe.hang"}
    assert added.structured_content == {"sum": 3}
    assert counting == {"probe.steps"}
    assert hidden["error"]["code"] == -32602
    assert refused.status_code == 403


async def test_a_resource_is_what_a_tool_returns(tmp_path: Path) -> None:
    async with serving(tmp_path, SETS) as served, served.raw() as raw:
        listed = (await raw.result("resources/list"))["resources"]
        templates = (await raw.result("resources/templates/list"))["resourceTemplates"]
        three = await raw.result("resources/read", {"uri": "math://three"})
        seven = await raw.result("resources/read", {"uri": "math://3/plus/4"})
        wrong = await raw.error("resources/read", {"uri": "math://x/plus/4"})

    assert {each["uri"] for each in listed} == {"math://three", "workflow://templates"}
    assert {each["uriTemplate"] for each in templates} == {"math://{a}/plus/{b}", "run://{id}"}
    assert three["contents"][0]["text"] == '{"sum":3}'
    assert seven["contents"][0]["text"] == '{"sum":7}'
    assert wrong["data"]["code"] == "invalid-input"


async def test_a_prompt_is_filled_in(tmp_path: Path) -> None:
    async with serving(tmp_path, SETS) as served, served.raw() as raw:
        call = {"name": "explain", "arguments": {"number": "7"}}
        text, resource = (await raw.result("prompts/get", call))["messages"]
        missing = await raw.error("prompts/get", {"name": "explain", "arguments": {}})

    assert text["content"]["text"] == "Explain 7."
    assert resource["content"]["resource"]["text"] == '{"sum":3}'
    assert missing["code"] == -32602


async def test_prompts_of_services_are_shown_where_their_tools_would_be(tmp_path: Path) -> None:
    async with serving(tmp_path, SETS) as served, served.raw() as raw:
        listed = (await raw.result("prompts/list", {}))["prompts"]
        call = {"name": "probe.sum", "arguments": {"numbers": "1 and 2"}}
        filled = await raw.result("prompts/get", call)
        missing = await raw.error("prompts/get", {"name": "probe.sum", "arguments": {}})
        few = served.endpoint.servers["/mcp/counting"].offers

    assert [each["name"] for each in listed] == ["explain", "probe.sum"]
    assert listed[1]["arguments"] == [{"name": "numbers", "description": "which", "required": True}]
    assert filled["messages"][0]["content"]["text"] == "Add up 1 and 2."
    assert "needs the argument numbers" in missing["message"]
    assert few.prompts() == {}


@pytest.mark.parametrize("name", resources._USUAL)
def test_the_usual_resources_name_arguments_that_their_tools_have(name: str) -> None:
    usual = resources._USUAL[name]
    service, _, tool = usual.tool.partition(".")
    kinds = pytest.importorskip(f"interlock_{service}").interlock_services()
    given = tools_of(resolve_name(kinds[service]))[tool].signature.input_schema

    assert set(usual.with_) <= set(given["properties"])
    assert set(given.get("required", [])) <= set(usual.with_)
