"""Simulated AI providers, read by the providers' own SDKs and held to the SDKs' types.

The SDKs build their objects without checking them, so that raw answers are validated as well.
"""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import anthropic
import httpx
import openai
import pytest
from anthropic.types import Message, RawMessageStreamEvent
from google import genai
from google.genai import types as google
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from .test_ai import chat, generate, messages, responses

# The SDKs' own deprecations are not what is examined here.
pytestmark = pytest.mark.filterwarnings("default")

PROMPT = "Otters hold hands. They sleep. They drift. They wake."
SAID = "Otters hold hands. They sleep. They drift."
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"title": {"type": "string"}},
    "required": ["title"],
    "additionalProperties": False,
}


@pytest.fixture
async def base(start: Any) -> str:
    return str((await (await start()).status())["url"])


@pytest.fixture
async def gemini(base: str) -> AsyncIterator[genai.Client]:
    options: Any = {"base_url": f"{base}/gemini", "timeout": 20_000}
    client = genai.Client(api_key="simulated", http_options=options)
    yield client
    await client.aio.aclose()
    client.close()


async def test_anthropic_reads_messages_streams_and_errors(base: str) -> None:
    async with anthropic.AsyncAnthropic(
        api_key="simulated", base_url=f"{base}/anthropic", max_retries=0
    ) as client:
        question: Any = {"model": "m", "max_tokens": 100, "messages": [_user(PROMPT)]}
        message: Any = await client.messages.create(**question)
        assert (message.content[0].text, message.stop_reason) == (SAID, "end_turn")
        assert message.usage.output_tokens > 5
        shaped: Any = {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}}
        message = await client.messages.create(**question, **shaped)
        assert json.loads(message.content[0].text) == {"title": PROMPT}
        async with client.messages.stream(**question) as stream:
            assert "".join([text async for text in stream.text_stream]) == SAID
            assert (await stream.get_final_message()).stop_reason == "end_turn"
        with pytest.raises(anthropic.AuthenticationError):
            await client.with_options(api_key="invalid").messages.create(**question)
        too_long: Any = {**question, "messages": [_user("{{simulate too long}}")]}
        with pytest.raises(anthropic.BadRequestError, match="too long"):
            await client.messages.create(**too_long)


async def test_openai_reads_responses_chats_and_their_streams(base: str) -> None:
    async with openai.AsyncOpenAI(
        api_key="simulated", base_url=f"{base}/openai/v1", max_retries=0
    ) as client:
        response: Any = await client.responses.create(model="m", input=PROMPT)
        assert (response.output_text, response.status) == (SAID, "completed")
        cut: Any = await client.responses.create(model="m", input=PROMPT, max_output_tokens=2)
        assert cut.incomplete_details.reason == "max_output_tokens"
        pieces: Any = await client.responses.create(model="m", input=PROMPT, stream=True)
        told = [event async for event in pieces]
        assert "".join(getattr(event, "delta", "") for event in told) == SAID
        turns: Any = [_user(PROMPT)]
        said = await client.chat.completions.create(model="m", messages=turns)
        assert said.choices[0].message.content == SAID
        chunks: Any = await client.chat.completions.create(model="m", messages=turns, stream=True)
        assert "".join([part.choices[0].delta.content or "" async for part in chunks]) == SAID
        with pytest.raises(openai.NotFoundError):
            await client.files.list()
        with pytest.raises(openai.BadRequestError) as caught:
            await client.responses.create(model="m", input="{{simulate too long}}")
        assert caught.value.code == "context_length_exceeded"


async def test_google_genai_reads_text_streams_and_pictures(gemini: genai.Client) -> None:
    models = gemini.aio.models
    assert (await models.generate_content(model="m", contents=PROMPT)).text == SAID
    stream = await models.generate_content_stream(model="m", contents=PROMPT)
    assert "".join([part.text or "" async for part in stream]) == SAID
    config: Any = {
        "response_modalities": ["IMAGE", "TEXT"],
        "image_config": {"aspect_ratio": "16:9", "image_size": "1K"},
    }
    drawn: Any = await models.generate_content(
        model="gemini-3.1-flash-image", contents=PROMPT, config=config
    )
    pictures = [part.inline_data for part in drawn.candidates[0].content.parts]
    data = next(picture.data for picture in pictures if picture)
    assert (data if isinstance(data, bytes) else base64.b64decode(data))[:4] == b"\x89PNG"
    assert drawn.usage_metadata.candidates_token_count > 1000
    shaped: Any = {"response_mime_type": "application/json", "response_json_schema": SCHEMA}
    answer = await models.generate_content(model="m", contents=PROMPT, config=shaped)
    assert json.loads(answer.text or "") == {"title": PROMPT}
    blocked: Any = await models.generate_content(model="m", contents="{{simulate refusal}}")
    assert blocked.prompt_feedback.block_reason == "SAFETY"


KINDS: dict[Any, tuple[str, Any, Any]] = {
    messages: ("anthropic", Message, RawMessageStreamEvent),
    responses: ("openai", Response, ResponseStreamEvent),
    chat: ("openai", ChatCompletion, ChatCompletionChunk),
    generate: ("gemini", google.GenerateContentResponse, google.GenerateContentResponse),
}


@pytest.mark.parametrize("ask", KINDS)
@pytest.mark.parametrize("prompt", [PROMPT, "{{simulate refusal}}", "{{simulate empty}}"])
async def test_every_answer_and_every_event_is_of_the_sdks_type(
    start: Any, client: Any, ask: Any, prompt: str
) -> None:
    vendor, whole, event = KINDS[ask]
    model: httpx.AsyncClient = await client(await start(), vendor)
    path, body = ask(prompt)
    TypeAdapter(whole).validate_python((await model.post(path, json=body)).json())
    if ask is generate:
        streamed = await model.post(f"{path.replace(':g', ':streamG')}?alt=sse", json=body)
    else:
        streamed = await model.post(path, json={**body, "stream": True})
    assert streamed.headers["content-type"] == "text/event-stream"
    lines = [line[6:] for line in streamed.text.splitlines() if line.startswith("data: {")]
    # Anthropic documents pings, and its SDK drops them before it looks for a type.
    told = [each for each in map(json.loads, lines) if each.get("type") != "ping"]
    assert told
    for each in told:
        TypeAdapter(event).validate_python(each)


def _user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}
