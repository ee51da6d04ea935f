"""Answers of models that somebody wrote: which request gets which, and by every API."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from interlock_simulator.ai import ScriptedAnswer, Scripts

from .test_ai import TEXT, VENDORS, asked, every_api, messages, responses


def scripts(*answers: dict[str, Any]) -> Scripts:
    return Scripts([ScriptedAnswer.model_validate(answer) for answer in answers])


def test_the_first_answer_that_fits_and_is_left_is_given() -> None:
    script = scripts(
        {"match": "openai", "prompt": "otter", "text": "first", "times": 2},
        {"match": "/openai/v1/responses", "text": "second"},
        {"text": "third"},
    )

    def given(path: str, prompt: str) -> str | None:
        found = script.choose(path, prompt)
        return None if found is None else found.text

    said = [given("/openai/v1/chat/completions", "an otter") for _ in range(3)]
    assert said == ["first", "first", "third"]
    assert given("/openai/v1/responses", "an otter") == "second"
    assert given("/gemini/v1/models/m:generateContent", "a seal") == "third"


@pytest.mark.parametrize(
    "answer",
    [{}, {"text": "a", "data": 1}, {"end": "stop"}, {"text": "a", "times": 0}, {"say": "a"}],
)
def test_an_answer_that_says_nothing_or_too_much_is_none(answer: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ScriptedAnswer.model_validate(answer)


@every_api
async def test_a_script_is_what_the_model_says(
    start: Any, client: Any, vendor: str, ask: Any
) -> None:
    simulator = await start(answers=[{"prompt": "otter", "text": "Scripted."}])
    model = await client(simulator, vendor)
    assert TEXT[ask](await asked(model, ask("An otter."))) == "Scripted."
    assert TEXT[ask](await asked(model, ask("A seal."))) == "A seal."
    await simulator.set_answers([ScriptedAnswer(data={"n": 1})])
    assert json.loads(TEXT[ask](await asked(model, ask("An otter.", {"type": "object"})))) == {
        "n": 1
    }
    await simulator.reset()
    assert TEXT[ask](await asked(model, ask("An otter."))) == "Scripted."


async def test_caches_and_thoughts_are_counted_where_each_api_counts_them(
    start: Any, client: Any
) -> None:
    script = {"text": "Said.", "cached_tokens": 100, "thought_tokens": 7}
    simulator = await start(answers=[script])
    usage = {
        ask: await asked(await client(simulator, vendor), ask("An otter."))
        for vendor, ask in VENDORS
    }
    anthropic, openai, chat, gemini = (usage[ask] for _, ask in VENDORS)
    assert anthropic["usage"]["cache_read_input_tokens"] == 100
    assert anthropic["usage"]["output_tokens"] == 9
    assert openai["usage"]["input_tokens_details"]["cached_tokens"] == 100
    assert openai["usage"]["output_tokens_details"]["reasoning_tokens"] == 7
    assert chat["usage"]["completion_tokens"] == 9
    assert gemini["usageMetadata"]["cachedContentTokenCount"] == 100
    assert gemini["usageMetadata"]["thoughtsTokenCount"] == 7


async def test_answers_are_scripted_over_http_while_it_runs(start: Any, client: Any) -> None:
    simulator = await start()
    model = await client(simulator, "anthropic")
    async with httpx.AsyncClient(
        base_url=(await simulator.status())["url"] + "/_simulator", verify=False
    ) as control:
        await control.put("/answers", json=[{"text": "one", "times": 1}])
        added = await control.post("/answers", json={"end": "refusal"})
        first = await asked(model, messages("An otter."))
        second = await asked(model, messages("An otter."))
        listed = (await control.get("/answers")).json()
        wrong = await control.put("/answers", json={"end": "never"})
        assert (await control.delete("/answers")).json() == {"answers": 0}
    assert added.json() == {"answers": 2}
    assert (TEXT[messages](first), second["stop_reason"]) == ("one", "refusal")
    assert listed == [{"text": "one", "times": 1}, {"end": "refusal"}]
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "0.end")


async def test_an_end_of_every_kind_can_be_scripted(start: Any, client: Any) -> None:
    simulator = await start()
    model = await client(simulator, "openai")
    path, body = responses("An otter.")
    for end, status in (("too long", 400), ("overload", 503), ("empty", 200), ("refusal", 200)):
        await simulator.set_answers([ScriptedAnswer.model_validate({"end": end})])
        assert (await model.post(path, json=body)).status_code == status
