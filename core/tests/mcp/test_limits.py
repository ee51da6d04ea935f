"""Many tools cost no call anything, and nobody holds more than his share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from interlock.mcp import changes, endpoints
from interlock.mcp.offers import Offers

from .served import ANN, META, serving
from .test_security import INITIALIZE, bearer


async def test_a_thousand_tools_are_listed_and_not_looked_through_for_a_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = 0
    whole = Offers.all

    def counting(self: Offers) -> Any:
        nonlocal listed
        listed += 1
        return whole(self)

    monkeypatch.setattr(Offers, "all", counting)
    async with serving(tmp_path) as served, served.raw() as raw:
        await served.offer(probe="probe", many="many")
        tools = (await raw.result("tools/list"))["tools"]
        last = await raw.result("tools/call", {"name": "many.t999", "arguments": {"n": 7}})
        wrong = await raw.result("tools/call", {"name": "many.t999", "arguments": {"n": "x"}})

    assert len([tool for tool in tools if tool["name"].startswith("many.")]) == 1000
    assert last["structuredContent"] == 7 and wrong["isError"]
    assert listed == 1, "a call listed all tools"


async def test_streams_of_changes_are_limited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_MOST_LISTENERS", 1)
    params = {"_meta": META, "notifications": {"toolsListChanged": True}}
    async with (
        serving(tmp_path) as served,
        served.client(mode="2026-07-28") as client,
        client.listen(tools_list_changed=True),
        served.raw() as raw,
    ):
        error = await raw.error("subscriptions/listen", params)
    assert error["code"] < 0 and "ubscription" in error["message"]


async def test_sessions_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "_MOST_SESSIONS", 2)
    async with (
        serving(tmp_path) as served,
        httpx.AsyncClient(base_url=served.url, verify=False) as http,
    ):
        opened = [await http.post("/mcp", json=INITIALIZE, headers=bearer(ANN)) for _ in range(3)]
        ids = {each.headers.get("mcp-session-id") for each in opened}
    assert [each.status_code for each in opened[:2]] == [200, 200]
    assert opened[2].status_code in (429, 503)
    assert len(ids - {None}) == 2 and min(len(each) for each in ids if each) >= 32
