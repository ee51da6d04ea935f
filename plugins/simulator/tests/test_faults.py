"""Faults as a client of a simulated vendor meets them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from interlock.testing import VirtualWorld
from interlock_simulator.faults import FaultPlan, FaultProfile

ME = "/v1/me"


class Clock(VirtualWorld):
    """Tells when somebody has gone to sleep on it."""

    def __init__(self) -> None:
        super().__init__()
        self.asleep = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.asleep.set()
        await super().sleep(seconds)

    async def pass_when_awaited(self, seconds: float) -> None:
        await self.asleep.wait()
        self.asleep.clear()
        await self.advance(seconds)


@asynccontextmanager
async def asking(client: httpx.AsyncClient) -> AsyncIterator[asyncio.Task[httpx.Response]]:
    """A request in flight, ended on exit."""
    task = asyncio.create_task(client.get(ME))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def plan(seed: int = 0, **profile: Any) -> FaultPlan:
    return FaultPlan([FaultProfile.model_validate({"kind": "error", **profile})], seed)


def hit(plan: FaultPlan, count: int) -> list[bool]:
    return [plan.choose("GET", "/figma/v1/me") is not None for _ in range(count)]


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ({}, [True] * 6),
        ({"first": 2}, [True, True, False, False, False, False]),
        ({"every": 3}, [False, False, True, False, False, True]),
        ({"burst": {"start": 2, "end": 4}}, [False, True, True, True, False, False]),
        ({"rate": 0.0}, [False] * 6),
        ({"rate": 1.0}, [True] * 6),
    ],
)
def test_a_profile_chooses_the_requests_its_selector_says(
    selector: dict[str, Any], expected: list[bool]
) -> None:
    assert hit(plan(**selector), 6) == expected


def test_equal_seeds_hit_equal_requests_and_other_seeds_others() -> None:
    assert hit(plan(seed=7, rate=0.5), 64) == hit(plan(seed=7, rate=0.5), 64)
    assert hit(plan(seed=7, rate=0.5), 64) != hit(plan(seed=8, rate=0.5), 64)
    assert 20 < sum(hit(plan(seed=7, rate=0.5), 64)) < 44


def test_two_selectors_in_one_profile_are_refused() -> None:
    with pytest.raises(ValidationError, match="choose one of every, first"):
        FaultProfile(kind="error", first=1, every=2)


def test_requests_that_do_not_match_are_not_counted() -> None:
    faults = plan(match="/figma/v1/files", methods=["GET"], first=1)
    assert faults.choose("GET", "/notion/v1/pages") is None
    assert faults.choose("POST", "/figma/v1/files/k/comments") is None
    assert faults.choose("GET", "/figma/v1/files/k") is not None


async def test_figma_throttles_with_its_own_body_and_headers(start: Any, client: Any) -> None:
    faults = [{"match": "figma", "kind": "throttle", "first": 1, "retry_after": "2500ms"}]
    figma = await client(await start(faults=faults), "figma")
    refused, served = await figma.get(ME), await figma.get(ME)
    assert (refused.status_code, served.status_code) == (429, 200)
    assert refused.headers["retry-after"] == "3"
    assert refused.headers["x-figma-rate-limit-type"] == "low"
    assert refused.json() == {"status": 429, "err": "Rate limit exceeded"}


@pytest.mark.parametrize(
    ("vendor", "path", "said"),
    [
        ("notion", "/v1/users/me", ("code", "rate_limited")),
        ("anthropic", "/v1/models", ("type", "error")),
        ("openai", "/v1/models", ("error", None)),
        ("gemini", "/v1/models", ("error", None)),
    ],
)
async def test_every_vendor_throttles_in_its_own_words(
    start: Any, client: Any, vendor: str, path: str, said: tuple[str, str | None]
) -> None:
    simulator = await start(faults=[{"match": vendor, "kind": "throttle"}])
    response = await (await client(simulator, vendor)).get(path)
    key, value = said
    assert response.status_code == 429
    assert response.headers["retry-after"] == "1"
    assert key in response.json() and value in (None, response.json()[key])


async def test_without_a_wait_the_throttled_answer_has_no_retry_after(
    start: Any, client: Any
) -> None:
    simulator = await start(faults=[{"kind": "throttle", "retry_after": None}])
    response = await (await client(simulator, "notion")).get("/v1/users/me")
    assert response.status_code == 429 and "retry-after" not in response.headers


async def test_an_error_has_the_wanted_status_in_the_vendors_body(start: Any, client: Any) -> None:
    simulator = await start(faults=[{"match": "notion", "kind": "error", "status": 502}])
    response = await (await client(simulator, "notion")).get("/v1/users/me")
    assert response.status_code == 502
    assert response.json()["code"] == "bad_gateway"


async def test_a_reset_breaks_the_connection_before_any_effect(start: Any, client: Any) -> None:
    simulator = await start(faults=[{"kind": "reset", "first": 1, "methods": ["POST"]}])
    figma = await client(simulator, "figma")
    comments = "/v1/files/torii-gate/comments"
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        await figma.post(comments, json={"message": "hello"})
    assert (await figma.get(comments)).json() == {"comments": []}
    (reset, _) = await simulator.requests("figma")
    assert (reset["status"], reset["fault"]) == (0, "reset")


async def test_a_truncated_body_ends_before_its_stated_length(start: Any, client: Any) -> None:
    simulator = await start(faults=[{"kind": "truncate", "first": 1, "after": 0.25}])
    figma = await client(simulator, "figma")
    with pytest.raises(httpx.RemoteProtocolError, match="received") as cut:
        await figma.get("/v1/files/torii-gate")
    received, expected = (int(number) for number in re.findall(r"\d+", str(cut.value)))
    assert received == expected // 4
    assert (await figma.get("/v1/files/torii-gate")).status_code == 200


@pytest.mark.parametrize("clean", [True, False])
async def test_a_stream_may_end_early_with_or_without_a_sign(
    start: Any, client: Any, clean: bool
) -> None:
    cut = {"kind": "truncate", "first": 1, "clean": clean}
    model = await client(await start(faults=[cut]), "openai")
    ask = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "One two."}]}
    if clean:
        told = await model.post("/v1/chat/completions", json=ask)
        assert told.text.startswith("data: ") and "[DONE]" not in told.text
    else:
        with pytest.raises(httpx.RemoteProtocolError):
            await model.post("/v1/chat/completions", json=ask)
    assert (await model.post("/v1/chat/completions", json=ask)).text.endswith("[DONE]\n\n")


async def test_an_error_asks_to_wait_if_told_to(start: Any, client: Any) -> None:
    down = {"kind": "error", "status": 529, "match": "anthropic"}
    simulator = await start(faults=[{**down, "first": 1, "retry_after": 3}, down])
    model = await client(simulator, "anthropic")
    first, second = [await model.get("/v1/models") for _ in range(2)]
    assert first.headers["retry-after"] == "3" and "retry-after" not in second.headers
    assert first.json()["error"]["type"] == "overloaded_error"


async def test_faults_are_scripted_over_http_while_it_runs(start: Any, client: Any) -> None:
    simulator = await start()
    figma = await client(simulator, "figma")
    async with httpx.AsyncClient(
        base_url=(await simulator.status())["url"] + "/_simulator", verify=False
    ) as control:
        await control.put("/faults", json=[{"kind": "error", "first": 1}])
        added = await control.post("/faults", json={"kind": "throttle", "first": 1})
        statuses = [(await figma.get(ME)).status_code for _ in range(3)]
        listed = (await control.get("/faults")).json()
        wrong = await control.post("/faults", json={"kind": "error", "rate": 2})
        unread = await control.put("/faults", content=b"{")
        asked = (await control.get("/requests?vendor=figma&limit=1")).json()
        assert (await control.delete("/faults")).json() == {"faults": 0}
        status = (await control.post("/reset")).json(), (await control.get("/status")).json()

    assert added.json() == {"faults": 2}
    assert statuses == [503, 429, 200]
    assert [each["kind"] for each in listed] == ["error", "throttle"]
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "0.rate")
    assert unread.status_code == 422 and "not JSON" in unread.text
    assert [each["status"] for each in asked] == [200]
    assert status[0] == {"faults": 0, "answers": 0} and status[1]["requests"] == 0


async def test_latency_holds_the_answer_back(start: Any, client: Any) -> None:
    world = Clock()
    simulator = await start(world, faults=[{"kind": "latency", "delay": "5s"}])
    figma = await client(simulator, "figma")
    async with asking(figma) as asked:
        await world.pass_when_awaited(4.9)
        assert not asked.done()
        await world.advance(0.1)
        assert (await asked).status_code == 200


async def test_a_slow_body_dribbles_and_arrives_whole(start: Any, client: Any) -> None:
    world = Clock()
    simulator = await start(world, faults=[{"kind": "slow", "delay": "1s", "pieces": 4}])
    figma = await client(simulator, "figma")
    async with asking(figma) as asked:
        for _ in range(3):
            assert not asked.done()
            await world.pass_when_awaited(1)
        assert (await asked).json()["handle"] == "Simulated Designer"
    assert world.monotonic() == 3


async def test_set_faults_replaces_and_reset_restores_the_configured_ones(
    start: Any, client: Any
) -> None:
    simulator = await start(faults=[{"kind": "error"}])
    figma = await client(simulator, "figma")
    assert (await figma.get(ME)).status_code == 503
    await simulator.set_faults([])
    assert (await figma.get(ME)).status_code == 200
    assert await simulator.reset() == {"faults": 1, "answers": 0}
    assert (await figma.get(ME)).status_code == 503


async def test_stopping_ends_an_answer_that_is_held_back(start: Any, client: Any) -> None:
    world = Clock()
    simulator = await start(world, faults=[{"kind": "latency", "delay": "1h"}])
    figma = await client(simulator, "figma")
    async with asking(figma) as asked:
        await world.asleep.wait()
        await simulator.stop()
        with pytest.raises(httpx.TransportError):
            await asked
