"""What simulated AI providers refuse, and that they count and list as the real ones do."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from .test_ai import chat, generate, messages, responses

OPEN = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
CLOSED = {**OPEN, "additionalProperties": False}
LOOP = {**CLOSED, "properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"$ref": "#/$defs/a"}}}
TREE = {**CLOSED, "properties": {"a": {"type": "array", "items": {"$ref": "#"}}}}
GONE = {**CLOSED, "properties": {"a": {"$ref": "#/$defs/a"}}}


def strict(schema: Any) -> dict[str, Any]:
    format_ = {"type": "json_schema", "name": "answer", "schema": schema, "strict": True}
    return {"text": {"format": format_}}


def output(schema: Any) -> dict[str, Any]:
    return {"output_config": {"format": {"type": "json_schema", "schema": schema}}}


def turns(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"messages": list(entries)}


@pytest.mark.parametrize(
    ("vendor", "ask", "change", "says"),
    [
        ("anthropic", messages, turns({"role": "robot", "content": "x"}), "messages.0.role"),
        ("anthropic", messages, turns({"role": "user", "content": ""}), "non-empty content"),
        ("anthropic", messages, {"max_tokens": 0}, "max_tokens: Input should be greater"),
        ("anthropic", messages, {"messages": []}, "at least one message"),
        ("anthropic", messages, output(OPEN), "'additionalProperties' must be explicitly"),
        (
            "anthropic",
            messages,
            output({**CLOSED, "properties": {"a": {"type": "string", "maxLength": 3}}}),
            "property 'maxLength' is not supported",
        ),
        ("anthropic", messages, output(GONE), "'#/$defs/a' not found"),
        ("anthropic", messages, output(LOOP), "Circular reference"),
        ("anthropic", messages, output(TREE), "Circular reference"),
        ("openai", responses, strict(OPEN), "'additionalProperties' is required"),
        ("openai", responses, strict({**CLOSED, "required": []}), "Missing 'a'"),
        ("openai", responses, strict({**CLOSED, "minProperties": 1}), "is not permitted"),
        ("openai", responses, strict(GONE), "not found"),
        ("openai", responses, strict(LOOP), "leads to itself"),
        ("openai", chat, turns({"role": "robot", "content": "x"}), "Invalid value: 'robot'"),
        ("openai", chat, {"model": ""}, "Missing required parameter: 'model'"),
        ("gemini", generate, {"contents": [{"role": "robot", "parts": [{"text": "x"}]}]}, "valid"),
        ("gemini", generate, {"contents": [{"role": "user", "parts": []}]}, "must not be empty"),
        (
            "gemini",
            generate,
            {"generationConfig": {"responseJsonSchema": OPEN}},
            "must be 'application/json'",
        ),
    ],
)
async def test_what_the_vendor_would_refuse_is_refused_in_its_words(
    start: Any, client: Any, vendor: str, ask: Any, change: dict[str, Any], says: str
) -> None:
    model = await client(await start(), vendor)
    path, body = ask("Otters hold hands.")
    response = await model.post(path, json={**body, **change})
    assert response.status_code == 400
    assert says in response.json()["error"]["message"]


async def test_a_schema_may_come_as_older_clients_of_anthropic_send_it(
    start: Any, client: Any
) -> None:
    model = await client(await start(), "anthropic")
    path, body = messages("Otters hold hands.")
    older = {"output_format": {"type": "json_schema", "schema": CLOSED}}
    said = (await model.post(path, json={**body, **older})).json()
    assert said["content"][0]["text"] == '{"a":"Otters hold hands."}'


async def test_the_newest_version_of_anthropics_api_has_no_temperature(
    start: Any, client: Any
) -> None:
    simulator = await start()
    path, body = messages("Otters hold hands.")
    for version, status in (("2023-06-01", 200), ("2026-10-21", 400)):
        model: httpx.AsyncClient = await client(
            simulator, "anthropic", **{"anthropic-version": version}
        )
        response = await model.post(path, json={**body, "temperature": 0.5})
        assert response.status_code == status


@pytest.mark.parametrize(
    ("vendor", "path", "body", "count"),
    [
        ("anthropic", "/v1/messages/count_tokens", messages("x" * 40)[1], "input_tokens"),
        ("openai", "/v1/responses/input_tokens", responses("x" * 40)[1], "input_tokens"),
        ("gemini", "/v1/models/m:countTokens", generate("x" * 40)[1], "totalTokens"),
    ],
)
async def test_tokens_can_be_counted_beforehand(
    start: Any, client: Any, vendor: str, path: str, body: Any, count: str
) -> None:
    response = await (await client(await start(), vendor)).post(path, json=body)
    assert response.json()[count] == 10


@pytest.mark.parametrize(
    ("vendor", "ask", "instructions"),
    [
        ("anthropic", messages, {"system": "y" * 40}),
        ("openai", responses, {"instructions": "y" * 40}),
        ("gemini", generate, {"systemInstruction": {"parts": [{"text": "y" * 40}]}}),
    ],
)
async def test_instructions_are_read_and_counted_as_well(
    start: Any, client: Any, vendor: str, ask: Any, instructions: dict[str, Any]
) -> None:
    model = await client(await start(), vendor)
    path, body = ask("Otters hold hands.")
    plain, instructed = [
        (await model.post(path, json={**body, **more})).text for more in ({}, instructions)
    ]
    assert "yyyy" not in instructed.replace('"instructions":"' + "y" * 40, "")
    assert plain != instructed
