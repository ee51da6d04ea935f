"""Every listing is had page by page, and the pages together are the whole."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from interlock.sdk import Event, InterlockError

from .served import Served, serving

NUMBER = 5


async def pages(http: httpx.AsyncClient, path: str) -> list[Any]:
    found: list[Any] = []
    url = f"{path}{'&' if '?' in path else '?'}limit=2"
    while url:
        answer = await http.get(url)
        assert answer.status_code == 200, answer.text
        items = answer.json()["items"]
        assert len(items) <= 2
        found += items
        url = answer.links.get("next", {}).get("url", "")
    return found


async def fill(served: Served, folder: Path) -> str:
    """Runs that ask, runs that failed, events, entries; the id of a run with steps."""
    runtime = served.system.runtime
    for number in range(NUMBER):
        await runtime.publish(Event("a.b", {"n": number}, id=str(number)))
        await runtime.start("asks")
        with suppress(InterlockError):
            await runtime.call("fails")
    run = await runtime.start("steps")
    await runtime.wait(run)
    while len(await runtime.approvals()) < NUMBER:
        await anyio.sleep(0.01)
    return run


async def test_pages_together_are_the_whole(tmp_path: Path) -> None:
    flows = {
        "asks": "[{id: sure, approve: Sure?}]",
        "fails": "[{fail: no}]",
        "steps": "[{transform: 1}, {transform: 2}, {transform: 3}]",
    }
    for name, steps in flows.items():
        text = f"workflow: {name}\nsteps: {steps}\n"
        (tmp_path / f"{name}.workflow.yaml").write_text(text)
    more = "".join(f"  s{n}: {{every: 1h, start: steps}}\n" for n in range(3))
    async with serving(tmp_path, f"schedules:\n{more}") as served, served.client() as http:
        run = await fill(served, tmp_path)
        for _ in range(3):
            await http.post("/api/v1/services/files/resume")
        for path, key, least in (
            ("/api/v1/runs", "id", 11),
            ("/api/v1/approvals", "id", 5),
            ("/api/v1/approvals?all=true", "id", 5),
            ("/api/v1/dead-letters", "id", 5),
            ("/api/v1/events?name=a.*", "id", 5),
            ("/api/v1/audit", "id", 3),
            (f"/api/v1/runs/{run}/steps", "path", 3),
            ("/api/v1/tools", "name", 5),
            ("/api/v1/workflows", "name", 3),
            ("/api/v1/schedules", "name", 3),
            ("/api/v1/plugins", "name", 3),
            ("/api/v1/metrics", "name", 2),
        ):
            found = [item[key] for item in await pages(http, path)]
            whole = (await http.get(path)).json()["items"]
            assert found == [item[key] for item in whole], path
            assert len(set(found)) == len(found) >= least, path


@pytest.mark.parametrize("path", ["approvals", "dead-letters", "events"])
async def test_a_cursor_of_somebody_elses_is_refused(http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(f"/api/v1/{path}?cursor=nonsense")).status_code == 422
