"""Simulated models call tools that they are offered, as the official SDKs read it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import anthropic
import openai
import pytest
from google import genai
from pydantic import BaseModel

from .test_official_sdks import _user

pytestmark = pytest.mark.filterwarnings("default")

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
ARGUMENTS = {"city": "Oslo"}
WANTED = "Oslo"


class Place(BaseModel):
    city: str


@pytest.fixture
async def base(start: Any) -> str:
    return str((await (await start()).status())["url"])


@pytest.fixture
async def claude(base: str) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(
        api_key="simulated", base_url=f"{base}/anthropic", max_retries=0
    ) as client:
        yield client


@pytest.fixture
async def gpt(base: str) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(
        api_key="simulated", base_url=f"{base}/openai/v1", max_retries=0
    ) as client:
        yield client


async def test_anthropic_calls_a_tool_and_goes_on_with_its_result(
    claude: anthropic.AsyncAnthropic,
) -> None:
    weather: Any = {"name": "weather", "input_schema": SCHEMA}
    question: Any = {"model": "m", "max_tokens": 100, "tools": [weather]}
    forced: Any = {"tool_choice": {"type": "any"}, "messages": [_user(WANTED)]}
    called: Any = await claude.messages.create(**question, **forced)
    (use,) = called.content
    assert (use.name, use.input, called.stop_reason) == ("weather", ARGUMENTS, "tool_use")
    async with claude.messages.stream(**question, **forced) as stream:
        streamed: Any = await stream.get_final_message()
    assert streamed.content[0].input == ARGUMENTS and streamed.stop_reason == "tool_use"
    result = {"type": "tool_result", "tool_use_id": use.id, "content": "rain"}
    turns: Any = [
        _user(WANTED),
        {"role": "assistant", "content": [use.model_dump(exclude_none=True)]},
        {"role": "user", "content": [result]},
    ]
    answer: Any = await claude.messages.create(**question, messages=turns)
    assert (answer.content[0].text, answer.stop_reason) == (WANTED, "end_turn")


async def test_openai_calls_a_tool_over_both_of_its_apis(gpt: openai.AsyncOpenAI) -> None:
    function: Any = {"name": "weather", "parameters": SCHEMA, "strict": True}
    chat: Any = {
        "model": "m",
        "messages": [_user(WANTED)],
        "tools": [{"type": "function", "function": function}],
        "tool_choice": {"type": "function", "function": {"name": "weather"}},
    }
    said: Any = await gpt.chat.completions.create(**chat)
    (call,) = said.choices[0].message.tool_calls
    assert Place.model_validate_json(call.function.arguments) == Place(**ARGUMENTS)
    assert said.choices[0].finish_reason == "tool_calls"
    async with gpt.chat.completions.stream(**chat) as stream:
        completion: Any = await stream.get_final_completion()
    assert completion.choices[0].message.tool_calls[0].function.parsed_arguments == ARGUMENTS
    asked: Any = {"model": "m", "input": WANTED, "tools": [{"type": "function", **function}]}
    response: Any = await gpt.responses.create(**asked, tool_choice="required")
    assert [(item.type, item.name) for item in response.output] == [("function_call", "weather")]
    async with gpt.responses.stream(**asked, tool_choice="required") as events:
        kinds = [event.type async for event in events]
        final: Any = await events.get_final_response()
    assert final.output[0].parsed_arguments == ARGUMENTS
    assert "response.function_call_arguments.delta" in kinds
    free: Any = await gpt.responses.create(**asked)
    assert free.output_text == WANTED


async def test_gemini_calls_a_function(base: str) -> None:
    options: Any = {"base_url": f"{base}/gemini", "timeout": 20_000}
    client = genai.Client(api_key="simulated", http_options=options)
    function = {"name": "weather", "description": "d", "parameters_json_schema": SCHEMA}
    config: Any = {
        "tools": [{"function_declarations": [function]}],
        "tool_config": {"function_calling_config": {"mode": "ANY"}},
    }
    models = client.aio.models
    said = await models.generate_content(model="m", contents=WANTED, config=config)
    (call,) = said.function_calls or ()
    assert (call.name, call.args) == ("weather", ARGUMENTS)
    del config["tool_config"]
    asking = f"{WANTED} {{{{simulate call weather}}}}"
    asked_for = await models.generate_content(model="m", contents=asking, config=config)
    assert [each.name for each in asked_for.function_calls or ()] == ["weather"]
    assert (await models.generate_content(model="m", contents=WANTED, config=config)).text == WANTED
    await client.aio.aclose()
    client.close()


async def test_the_sdks_helpers_for_streams_and_shapes_read_all(gpt: openai.AsyncOpenAI) -> None:
    async with gpt.responses.stream(model="m", input=WANTED, text_format=Place) as events:
        kinds = [event.type async for event in events]
        final = await events.get_final_response()
    assert final.output_parsed == Place(city=WANTED)
    assert kinds[:2] == ["response.created", "response.in_progress"]
    assert {"response.output_item.added", "response.output_text.done"} < set(kinds)
    shaped: Any = {"response_format": {"type": "json_object"}}
    turns: Any = [_user(WANTED)]
    said = await gpt.chat.completions.create(model="m", messages=turns, **shaped)
    assert said.choices[0].message.content == '{"answer":"Oslo"}'


async def test_the_sdks_list_models_and_count_tokens(
    claude: anthropic.AsyncAnthropic, gpt: openai.AsyncOpenAI
) -> None:
    listed = [model.id async for model in claude.models.list()]
    assert (await claude.models.retrieve(listed[0])).id == listed[0]
    turns: Any = [_user(WANTED)]
    counted = await claude.messages.count_tokens(model="m", messages=turns)
    assert counted.input_tokens == 1
    named = [model.id async for model in gpt.models.list()]
    assert (await gpt.models.retrieve(named[0])).object == "model"
    with pytest.raises(openai.NotFoundError):
        await gpt.models.retrieve("gpt-0")
    with pytest.raises(anthropic.NotFoundError):
        await claude.models.retrieve("claude-0")
