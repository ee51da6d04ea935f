"""Simulated AI providers: deterministic answers in each provider's own shape."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import jsonschema
import pytest

PROMPT = "Otters hold hands. They sleep. They drift. They wake."
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 20},
        "mood": {"enum": ["glad", "sad"]},
        "score": {"type": "number", "minimum": 0, "maximum": 1},
        "points": {"type": "array", "items": {"$ref": "#/$defs/point"}, "minItems": 2},
        "sure": {"type": ["boolean", "null"]},
    },
    "required": ["title", "mood", "score", "points", "sure"],
    "additionalProperties": False,
    "$defs": {
        "point": {
            "type": "object",
            "properties": {"text": {"type": "string"}, "source": {"type": "integer"}},
            "required": ["text", "source"],
        }
    },
}


def narrow(schema: Any) -> Any:
    """In the part of JSON Schema that Anthropic's API takes."""
    if not isinstance(schema, dict):
        return schema
    left_out = ("maxLength", "minimum", "maximum", "minItems")
    kept = {key: narrow(part) for key, part in schema.items() if key not in left_out}
    return kept | ({"additionalProperties": False} if kept.get("type") == "object" else {})


def messages(prompt: str, schema: Any = None) -> tuple[str, dict[str, Any]]:
    format_ = {"output_config": {"format": {"type": "json_schema", "schema": narrow(schema)}}}
    turns = [{"role": "user", "content": prompt}]
    more = format_ if schema else {}
    return "/v1/messages", {"model": "m", "max_tokens": 500, "messages": turns, **more}


def responses(prompt: str, schema: Any = None) -> tuple[str, dict[str, Any]]:
    format_ = {"text": {"format": {"type": "json_schema", "name": "answer", "schema": schema}}}
    return "/v1/responses", {"model": "m", "input": prompt, **(format_ if schema else {})}


def chat(prompt: str, schema: Any = None) -> tuple[str, dict[str, Any]]:
    json_schema = {"name": "answer", "schema": schema}
    format_ = {"response_format": {"type": "json_schema", "json_schema": json_schema}}
    turns = [{"role": "user", "content": [{"type": "text", "text": prompt}]}]
    return "/v1/chat/completions", {"model": "m", "messages": turns, **(format_ if schema else {})}


def generate(prompt: str, schema: Any = None) -> tuple[str, dict[str, Any]]:
    config = {"responseMimeType": "application/json", "responseJsonSchema": schema}
    format_ = {"generationConfig": config}
    contents = [{"role": "user", "parts": [{"text": prompt}]}]
    return "/v1/models/m:generateContent", {"contents": contents, **(format_ if schema else {})}


TEXT = {
    messages: lambda body: body["content"][0]["text"],
    responses: lambda body: body["output"][0]["content"][0]["text"],
    chat: lambda body: body["choices"][0]["message"]["content"],
    generate: lambda body: body["candidates"][0]["content"]["parts"][0]["text"],
}
VENDORS = [("anthropic", messages), ("openai", responses), ("openai", chat), ("gemini", generate)]
every_api = pytest.mark.parametrize(("vendor", "ask"), VENDORS)


async def asked(client: httpx.AsyncClient, request: tuple[str, dict[str, Any]]) -> Any:
    path, body = request
    response = await client.post(path, json=body)
    assert response.status_code == 200, response.text
    return response.json()


@every_api
async def test_the_answer_is_made_of_the_prompt_and_repeats(
    start: Any, client: Any, vendor: str, ask: Any
) -> None:
    model = await client(await start(), vendor)
    body = await asked(model, ask(PROMPT))
    assert TEXT[ask](body) == "Otters hold hands. They sleep. They drift."
    assert await asked(model, ask(PROMPT)) == body


@every_api
async def test_an_answer_to_a_schema_fits_it_and_cites_the_numbered_lines(
    start: Any, client: Any, vendor: str, ask: Any
) -> None:
    model = await client(await start(), vendor)
    prompt = "Read this.\n[4] First fact.\n[7] Second fact.\n"

    value = json.loads(TEXT[ask](await asked(model, ask(prompt, SCHEMA))))
    jsonschema.validate(value, narrow(SCHEMA) if ask is messages else SCHEMA)
    assert value["points"] == [
        {"text": "First fact.", "source": 4},
        {"text": "Second fact.", "source": 7},
    ]


@every_api
@pytest.mark.parametrize("header", ["", "invalid"])
async def test_a_bad_credential_is_refused(
    start: Any, client: Any, vendor: str, ask: Any, header: str
) -> None:
    model = await client(await start(), vendor)
    for name in ("x-api-key", "authorization", "x-goog-api-key"):
        if name in model.headers:
            model.headers[name] = header
    path, body = ask(PROMPT)
    assert (await model.post(path, json=body)).status_code in (400, 401, 403)


async def test_fenced_code_of_the_prompt_comes_back(start: Any, client: Any) -> None:
    model = await client(await start(), "openai")
    prompt = "Improve this:\n```tsx\nexport const A = () => null;\n```\nThanks."
    body = await asked(model, chat(prompt))
    assert TEXT[chat](body) == "```tsx\nexport const A = () => null;\n```"


async def test_a_token_limit_cuts_the_answer_and_says_so(start: Any, client: Any) -> None:
    simulator = await start()
    path, body = messages(PROMPT)
    cut = await asked(await client(simulator, "anthropic"), (path, {**body, "max_tokens": 2}))
    assert (cut["stop_reason"], TEXT[messages](cut)) == ("max_tokens", "Otters h")
    path, body = responses(PROMPT)
    limited = {**body, "max_output_tokens": 2}
    cut = await asked(await client(simulator, "openai"), (path, limited))
    assert cut["incomplete_details"] == {"reason": "max_output_tokens"}


async def test_a_prompt_can_ask_for_refusal_and_for_nothing(start: Any, client: Any) -> None:
    simulator = await start()
    anthropic = await client(simulator, "anthropic")
    gemini = await client(simulator, "gemini")
    openai = await client(simulator, "openai")
    refusal, empty = "Now {{simulate refusal}}", "Now {{simulate empty}}"
    assert (await asked(anthropic, messages(refusal)))["stop_reason"] == "refusal"
    assert (await asked(anthropic, messages(empty)))["content"] == []
    blocked = (await asked(gemini, generate(refusal)))["promptFeedback"]
    assert blocked == {"blockReason": "SAFETY"}
    assert "content" not in (await asked(gemini, generate(empty)))["candidates"][0]
    assert (await asked(openai, chat(refusal)))["choices"][0]["message"]["refusal"]
    assert (await asked(openai, responses(empty)))["output"] == []


async def test_gemini_draws_a_picture_of_the_wanted_shape(start: Any, client: Any) -> None:
    gemini = await client(await start(), "gemini")
    path, body = generate("A blue door")
    wishes = {"aspectRatio": "16:9", "imageSize": "1K"}
    config = {"responseModalities": ["IMAGE", "TEXT"], "imageConfig": wishes}
    drawn = await asked(gemini, (path, {**body, "generationConfig": config}))
    text, image = drawn["candidates"][0]["content"]["parts"]
    picture = base64.b64decode(image["inlineData"]["data"])
    width, height = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
    assert text["text"] and picture.startswith(b"\x89PNG")
    assert width / height == pytest.approx(16 / 9, rel=0.01)
    config = {"responseModalities": ["IMAGE"], "imageConfig": {"aspectRatio": "5:1"}}
    refused = await gemini.post(path, json={**body, "generationConfig": config})
    assert refused.json()["error"]["status"] == "INVALID_ARGUMENT"


async def test_a_stream_comes_in_words_and_may_tell_of_an_error(start: Any, client: Any) -> None:
    model = await client(await start(), "anthropic")
    path, body = messages(PROMPT)
    told = (await model.post(path, json={**body, "stream": True})).text
    assert told.count("event: content_block_delta") == len(PROMPT.rpartition(" They")[0].split())
    path, body = messages("{{simulate overload}}")
    assert (await model.post(path, json=body)).status_code == 529
    told = (await model.post(path, json={**body, "stream": True})).text
    assert "overloaded_error" in told and "message_stop" not in told
