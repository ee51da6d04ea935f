"""Simulated AI providers read by the providers' own SDKs.

The SDKs are not among the workspace's dependencies: ``uv pip install anthropic openai
google-genai`` adds them for this module.
"""

from __future__ import annotations

import base64
import json
import os
from typing import Any

import pytest

pytestmark = [
    pytest.mark.slow,
    # The SDKs' own deprecations are not what is examined here.
    pytest.mark.filterwarnings("default"),
]

PROMPT = "Otters hold hands. They sleep. They drift. They wake."
SAID = "Otters hold hands. They sleep. They drift."
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"title": {"type": "string"}},
    "required": ["title"],
    "additionalProperties": False,
}


def sdk(name: str) -> Any:
    if os.environ.get("INTERLOCK_TEST_REQUIRE_SERVICES") == "1":
        return __import__(name, fromlist=["_"])
    return pytest.importorskip(name, reason=f"uv pip install {name}")


@pytest.fixture
async def base(start: Any) -> str:
    return str((await (await start()).status())["url"])


async def test_anthropic_reads_messages_and_errors(base: str) -> None:
    anthropic = sdk("anthropic")
    async with anthropic.AsyncAnthropic(
        api_key="simulated", base_url=f"{base}/anthropic", max_retries=0
    ) as client:
        question = {"model": "m", "max_tokens": 100, "messages": [_user(PROMPT)]}
        message = await client.messages.create(**question)
        assert (message.content[0].text, message.stop_reason) == (SAID, "end_turn")
        assert message.usage.output_tokens > 5
        shaped = {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}}
        message = await client.messages.create(**question, **shaped)
        assert json.loads(message.content[0].text) == {"title": PROMPT}
        with pytest.raises(anthropic.AuthenticationError):
            await client.with_options(api_key="invalid").messages.create(**question)


async def test_openai_reads_responses_and_chats(base: str) -> None:
    openai = sdk("openai")
    async with openai.AsyncOpenAI(
        api_key="simulated", base_url=f"{base}/openai/v1", max_retries=0
    ) as client:
        response = await client.responses.create(model="m", input=PROMPT)
        assert (response.output_text, response.status) == (SAID, "completed")
        cut = await client.responses.create(model="m", input=PROMPT, max_output_tokens=2)
        assert cut.incomplete_details.reason == "max_output_tokens"
        chat = await client.chat.completions.create(model="m", messages=[_user(PROMPT)])
        assert chat.choices[0].message.content == SAID
        with pytest.raises(openai.NotFoundError):
            await client.files.list()


async def test_google_genai_reads_text_and_pictures(base: str) -> None:
    genai = sdk("google.genai")
    options = {"base_url": f"{base}/gemini", "timeout": 20_000}
    client = genai.Client(api_key="simulated", http_options=options)
    try:
        answer = await client.aio.models.generate_content(model="m", contents=PROMPT)
        assert answer.text == SAID
        config = {
            "response_modalities": ["IMAGE", "TEXT"],
            "image_config": {"aspect_ratio": "16:9", "image_size": "1K"},
        }
        drawn = await client.aio.models.generate_content(
            model="gemini-3.1-flash-image", contents=PROMPT, config=config
        )
        pictures = [part.inline_data for part in drawn.candidates[0].content.parts]
        data = next(picture.data for picture in pictures if picture)
        assert (data if isinstance(data, bytes) else base64.b64decode(data))[:4] == b"\x89PNG"
        shaped = {"response_mime_type": "application/json", "response_json_schema": SCHEMA}
        answer = await client.aio.models.generate_content(model="m", contents=PROMPT, config=shaped)
        assert json.loads(answer.text) == {"title": PROMPT}
    finally:
        await client.aio.aclose()
        client.close()


def _user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}
