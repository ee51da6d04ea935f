"""Pictures asked for, changed, kept; and what comes instead of one."""

from __future__ import annotations

import io
import re
from base64 import b64encode
from pathlib import Path
from typing import Any, get_args

import anyio
import httpx
import orjson
import pytest
from google.genai import types
from PIL import Image

from interlock.sdk import (
    BudgetSpent,
    InterlockError,
    InvalidInput,
    NeedsAttention,
    NotFound,
    Throttled,
)
from interlock_nano_banana.errors import ImageRefused, NoAnswer, TextOnly, read_error
from interlock_nano_banana.exchange import read_answer, read_body, read_usage, request_of
from interlock_nano_banana.prices import Price, published
from interlock_nano_banana.settings import Ratio
from interlock_simulator.faults import FaultProfile
from interlock_simulator.service import Simulator

from .conftest import Open


async def test_a_picture_is_kept_beside_the_journal(opened: Open) -> None:
    runtime = await opened()
    drawn = await runtime.call("nano-banana.generate", {"prompt": "A cat", "aspect_ratio": "16:9"})
    (picture,) = drawn["images"]
    data = await runtime.journal.blobs.get(picture["blob"])
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (picture["width"], picture["height"])
        assert image.width / image.height == pytest.approx(16 / 9, rel=0.01)
    assert picture["media_type"] == "image/png" and picture["size"] == len(data)
    assert picture["file"] is None
    assert drawn["usage"]["output_tokens"] > 1000
    assert drawn["model"] == "gemini-nano-banana-2.1"
    assert len(orjson.dumps(drawn)) < 1000


async def test_a_picture_is_changed_and_written_to_the_folder(
    opened: Open, simulator: Simulator, tmp_path: Path
) -> None:
    runtime = await opened(folder=str(tmp_path / "out"))
    wide = {"prompt": "A cat", "name": "cat", "aspect_ratio": "16:9"}
    first = await runtime.call("nano-banana.generate", wide)
    assert first["images"][0]["file"] == str(tmp_path / "out/cat.png")
    arguments = {
        "image": {"blob": first["images"][0]["blob"]},
        "instruction": "Make it grey",
        "image_size": "2K",
    }
    second = await runtime.call("nano-banana.edit", arguments)
    assert (await anyio.Path(second["images"][0]["file"]).read_bytes())[:4] == b"\x89PNG"
    before, after = first["images"][0], second["images"][0]
    assert after["width"] / after["height"] == pytest.approx(16 / 9, rel=0.01)
    assert after["width"] == pytest.approx(2 * before["width"], abs=1)
    (sent,) = await simulator.requests("gemini", 1)
    assert sent["status"] == 200


async def test_several_references_may_come_from_anywhere(opened: Open) -> None:
    runtime = await opened()
    made = await runtime.call("nano-banana.generate", {"prompt": "One"})
    images = [{"blob": made["images"][0]["blob"]}, {"base64": b64encode(_webp()).decode()}]
    assert (await runtime.call("nano-banana.generate", {"prompt": "Both", "images": images}))[
        "images"
    ]


@pytest.mark.parametrize(
    ("word", "error", "says"),
    [
        ("words", TextOnly, "answered in words"),
        ("refusal", ImageRefused, "the prompt was blocked: SAFETY"),
        ("held back", ImageRefused, "held back: IMAGE_SAFETY"),
        ("empty", NoAnswer, "answered with nothing"),
    ],
)
async def test_what_is_no_picture_is_its_own_error_with_its_cost(
    opened: Open, word: str, error: type[InterlockError], says: str
) -> None:
    runtime = await opened()
    with pytest.raises(error, match=says) as caught:
        await runtime.call("nano-banana.generate", {"prompt": f"A cat {{{{simulate {word}}}}}"})
    assert caught.value.details["usage"]["input_tokens"] > 0


@pytest.mark.parametrize(
    ("images", "says"),
    [
        ([{"base64": "!"}], r"\$\.images\[0\]\.base64 is no base64"),
        ([{"base64": b64encode(b"text").decode()}], r"\$\.images\[0\]: not a picture of PNG"),
        ([{}], "give one of blob, url and base64"),
        ([{"blob": "a", "url": "b"}], "give one of blob, url and base64"),
    ],
)
async def test_what_is_no_input_is_told_before_anything_is_spent(
    opened: Open, simulator: Simulator, images: list[dict[str, Any]], says: str
) -> None:
    runtime = await opened()
    with pytest.raises(InvalidInput, match=says):
        await runtime.call("nano-banana.generate", {"prompt": "A cat", "images": images})
    generated = await simulator.requests("gemini")
    assert not [sent for sent in generated if "generateContent" in sent["path"]]


async def test_a_picture_to_edit_is_told_of_under_its_own_name(opened: Open) -> None:
    runtime = await opened()
    edit = {"image": {"base64": b64encode(b"text").decode()}, "instruction": "Make it night"}
    with pytest.raises(InvalidInput, match=r"\$\.image: not a picture") as caught:
        await runtime.call("nano-banana.edit", edit)
    assert caught.value.path == "$.image"


async def test_a_picture_that_cannot_be_fetched_is_the_callers_fault(
    opened: Open, simulator: Simulator
) -> None:
    runtime = await opened()
    gone = (await simulator.status())["url"] + "/figma/none.png"
    with pytest.raises(InvalidInput, match=r"\$\.images\[0\]\.url: .* 127.0.0.1 answered 40[34]"):
        await runtime.call("nano-banana.generate", {"prompt": "A", "images": [{"url": gone}]})


async def test_inputs_are_bounded_together(opened: Open) -> None:
    runtime = await opened(max_input=len(_webp()) + 1)
    image = {"base64": b64encode(_webp()).decode()}
    with pytest.raises(InvalidInput, match=r"\$\.images\[1\]: the input pictures are too large"):
        await runtime.call("nano-banana.generate", {"prompt": "A", "images": [image, image]})


async def test_a_blob_that_is_gone_is_told(opened: Open) -> None:
    runtime = await opened()
    with pytest.raises(NotFound):
        await runtime.call("nano-banana.edit", {"image": {"blob": "0" * 64}, "instruction": "x"})


async def test_a_name_stays_in_the_folder(opened: Open, tmp_path: Path) -> None:
    runtime = await opened(folder=str(tmp_path / "out"))
    for name in ("../up", "/abs", ".hidden"):
        with pytest.raises(InvalidInput, match="cannot name a file"):
            await runtime.call("nano-banana.generate", {"prompt": "A", "name": name})


async def test_a_bad_key_needs_a_person(opened: Open) -> None:
    runtime = await opened(api_key="invalid")
    report = runtime.service("nano-banana")
    assert report["state"] == "needs-attention"
    assert "API key not valid" in report["reason"]


async def test_a_429_waits_as_long_as_google_asks(opened: Open) -> None:
    fault = FaultProfile(
        kind="throttle", match="/gemini/v1/models/gemini", first=1, retry_after=0.01
    )
    runtime = await opened(faults=(fault,))
    assert (await runtime.call("nano-banana.generate", {"prompt": "A cat"}))["images"]


@pytest.mark.parametrize(
    ("quota", "value", "kind"),
    [
        ("PerModelPerMinute-PaidTier", "10", Throttled),
        ("PerDayPerModel", "100", NeedsAttention),
        ("PerModelPerMinute-FreeTier", "0", NeedsAttention),
    ],
)
def test_a_quota_that_is_back_in_a_minute_is_waited_for(
    quota: str, value: str, kind: type[InterlockError]
) -> None:
    said = "You exceeded your current quota, please check your plan and billing details."
    failed = {"violations": [{"quotaId": quota, "quotaValue": value}]}
    body = {"error": {"message": said, "details": [failed, {"retryDelay": "26s"}]}}
    response = httpx.Response(429, json=body, request=httpx.Request("POST", "http://google/v1"))
    error = read_error(response, "s", 0.0)
    assert type(error) is kind
    assert error.retry_after == (26 if kind is Throttled else None)


def test_thoughts_are_no_answer() -> None:
    part = {"inlineData": {"mimeType": "image/png", "data": ""}, "thought": True}
    body = {"candidates": [{"content": {"parts": [part, {"text": "No."}]}}]}
    with pytest.raises(TextOnly, match="No."):
        read_answer(body, "s", {})


def test_a_damaged_answer_is_asked_for_again() -> None:
    part = {"inlineData": {"mimeType": "image/png", "data": "!"}}
    with pytest.raises(NoAnswer, match="damaged"):
        read_answer({"candidates": [{"content": {"parts": [part]}}]}, "s", {})
    for content in (b"<html>", b"[]", b""):
        with pytest.raises(NoAnswer, match="cannot be read"):
            read_body(content, "s")


async def test_what_a_picture_took_is_counted_and_bounded(opened: Open) -> None:
    runtime = await opened(
        price={"input": 1.0, "output": 30.0},
        policies={"budget": [{"limit": 1, "unit": "images", "per": "day"}]},
    )
    drawn = await runtime.call("nano-banana.generate", {"prompt": "A cat"})
    usage = drawn["usage"]
    cost = (usage["input_tokens"] + 30 * usage["output_tokens"]) / 1e6
    assert usage["usd"] == pytest.approx(cost)
    (spent,) = [each for each in runtime.metrics() if each["name"] == "interlock.spent"]
    counted = {each["attributes"]["unit"]: each["value"] for each in spent["points"]}
    assert counted["images"] == 1 and counted["usd"] == usage["usd"]
    with pytest.raises(BudgetSpent, match="1 images of 1 are spent"):
        await runtime.call("nano-banana.generate", {"prompt": "Another"})


async def test_a_picture_has_the_published_price_of_its_model(opened: Open) -> None:
    runtime = await opened(model="gemini-3-pro-image")
    wish = {"prompt": "A cat", "aspect_ratio": "4:5", "image_size": "512"}
    usage = (await runtime.call("nano-banana.generate", wish))["usage"]
    words = usage["output_tokens"] - 1290
    assert words > 0
    cost = usage["input_tokens"] * 2 + 1290 * 120 + words * 12
    assert usage["usd"] == pytest.approx(cost / 1e6)


def test_words_and_thoughts_cost_less_than_pictures_where_they_are_told_apart() -> None:
    price = Price(input=1, output=100, text=10)
    counted = {"promptTokenCount": 5, "candidatesTokenCount": 50, "thoughtsTokenCount": 7}
    details = [{"modality": "TEXT", "tokenCount": 20}, {"modality": "IMAGE", "tokenCount": 30}]
    told = read_usage({"usageMetadata": {**counted, "candidatesTokensDetails": details}}, price)
    assert told["usd"] == pytest.approx((5 + 30 * 100 + 27 * 10) / 1e6)
    untold = read_usage({"usageMetadata": counted}, price)
    assert untold["usd"] == pytest.approx((5 + 50 * 100 + 7 * 10) / 1e6)
    assert told["output_tokens"] == untold["output_tokens"] == 57
    assert published("gemini-nano-banana-9") is None


async def test_a_model_without_a_price_says_so(
    opened: Open, caplog: pytest.LogCaptureFixture
) -> None:
    runtime = await opened(model="gemini-nano-banana-9")
    drawn = await runtime.call("nano-banana.generate", {"prompt": "A cat"})
    assert drawn["usage"]["usd"] is None
    assert "no price is known for gemini-nano-banana-9" in caplog.text


def test_what_is_asked_is_of_the_official_types() -> None:
    picture = {"inlineData": {"mimeType": "image/png", "data": b64encode(b"x").decode()}}
    body = request_of("A cat", [picture, picture], "16:9", "2K")
    (content,) = body["contents"]
    types.Content.model_validate(content)
    types.GenerateContentConfig.model_validate(body["generationConfig"])
    types.ImageConfig.model_validate(body["generationConfig"]["imageConfig"])
    said = str(types.ImageConfig.model_fields["aspect_ratio"].description)
    assert set(re.findall(r"\d+:\d+", said)) <= set(get_args(Ratio))


def test_every_reason_of_the_official_types_is_an_error_of_its_own() -> None:
    for reason in types.FinishReason:
        body = {"candidates": [{"finishReason": reason.value}]}
        with pytest.raises((ImageRefused, NoAnswer)):
            read_answer(body, "s", {})


def _webp() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(data, "WEBP")
    return data.getvalue()
