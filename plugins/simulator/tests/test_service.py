"""The simulator as a service: life, status and log."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from interlock.sdk import NeedsAttention, tools_of
from interlock_simulator.service import Simulator


async def test_status_counts_requests_and_faults_by_vendor(start: Any, client: Any) -> None:
    simulator = await start(faults=[{"match": "notion", "kind": "error", "first": 1}])
    figma, notion = await client(simulator, "figma"), await client(simulator, "notion")
    await figma.get("/v1/me")
    await figma.get("/v1/files/none")
    await notion.get("/v1/users/me")
    status = await simulator.status()
    assert (status["requests"], status["faults"]) == (3, 1)
    assert status["vendors"] == {
        "figma": {"requests": 2, "faults": 0, "statuses": {"200": 1, "404": 1}},
        "notion": {"requests": 1, "faults": 1, "statuses": {"503": 1}},
    }


async def test_the_log_has_the_latest_requests_of_a_vendor(start: Any, client: Any) -> None:
    simulator = await start()
    figma, notion = await client(simulator, "figma"), await client(simulator, "notion")
    for path in ("/v1/me", "/v1/files/torii-gate?depth=1"):
        await figma.get(path)
        await notion.get("/v1/users/me")
    (latest,) = await simulator.requests("figma", limit=1)
    assert latest["path"] == "/figma/v1/files/torii-gate?depth=1"
    assert (latest["method"], latest["status"], latest["fault"]) == ("GET", 200, None)
    assert len(await simulator.requests()) == 4


async def test_a_path_outside_every_vendor_is_not_found(start: Any) -> None:
    simulator = await start(faults=[{"kind": "error"}])
    async with httpx.AsyncClient(verify=False) as client:
        response = await client.get((await simulator.status())["url"] + "/nowhere")
    assert response.status_code == 404
    assert (await simulator.status())["vendors"]["none"]["requests"] == 1


async def test_a_taken_port_needs_attention(start: Any) -> None:
    url = httpx.URL((await (await start()).status())["url"])
    with pytest.raises(NeedsAttention, match=str(url.port)):
        await start(port=url.port)


async def test_a_stopped_simulator_answers_nobody_and_starts_again(start: Any) -> None:
    simulator = await start()
    url = (await simulator.status())["url"]
    await simulator.stop()
    async with httpx.AsyncClient(verify=False) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{url}/figma/v1/me")
    await simulator.start()
    assert (await simulator.status())["requests"] == 0


def test_every_tool_describes_itself_and_its_arguments() -> None:
    for spec in tools_of(Simulator).values():
        assert spec.description
        for schema in spec.signature.input_schema["properties"].values():
            assert schema["description"]
