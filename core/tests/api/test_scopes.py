"""What is beyond a token's scopes is answered as if it were not there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import anyio
import httpx
import pytest

from interlock.api.auth import hashed, new_token

from .served import Served, serving

ANN = new_token()
CONFIG = f"""
api:
  tokens: [{{name: ann, sha256: "{hashed(ANN)}", role: operator, tools: [mine, "mine.*"]}}]
schedules:
  own: {{every: 1h, start: mine}}
  other: {{every: 1h, start: theirs}}
"""
ASKS = "steps: [{id: sure, approve: Sure?}]"
FAILS = "steps: [{fail: no}]"


@dataclass
class Both:
    """The same question of ann's, about what is hers and what is not."""

    http: httpx.AsyncClient
    mine: str
    theirs: str

    async def get(self, path: str) -> list[httpx.Response]:
        return [await self.http.get(path.format(run)) for run in (self.mine, self.theirs)]

    async def post(self, path: str, **body: object) -> list[httpx.Response]:
        return [
            await self.http.post(path.format(run), json=body or None)
            for run in (self.theirs, self.mine)
        ]


async def runs_of(served: Served, flow: str) -> tuple[str, str]:
    runtime = served.system.runtime
    mine, theirs = [await runtime.start(name) for name in ("mine", "theirs")]
    waited_for = runtime.dead_letters if flow == FAILS else runtime.approvals
    while len(await waited_for()) < 2:
        await anyio.sleep(0.01)
    return mine, theirs


@pytest.fixture
async def both(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Both]:
    flow: str = request.param
    for name in ("mine", "theirs"):
        (tmp_path / f"{name}.workflow.yaml").write_text(f"workflow: {name}\n{flow}\n")
    async with serving(tmp_path, CONFIG) as served, served.client(ANN) as http:
        yield Both(http, *await runs_of(served, flow))


@pytest.mark.parametrize("both", [ASKS], indirect=True)
async def test_runs_and_questions_of_other_workflows_are_not_there(both: Both) -> None:
    for path in ("/api/v1/runs/{}", "/api/v1/runs/{}/steps", "/api/v1/approvals/{}:sure"):
        seen, hidden = await both.get(path)
        unknown = await both.http.get(path.format("0" * 26))
        assert (seen.status_code, hidden.status_code) == (200, 404), path
        assert hidden.text.replace(both.theirs, "") == unknown.text.replace("0" * 26, "")
    watch = await both.http.get(f"/api/v1/runs/{both.theirs}/watch")
    assert watch.status_code == 404
    for path in ("/api/v1/runs", "/api/v1/approvals", "/api/v1/approvals?all=true"):
        items = (await both.http.get(path)).json()["items"]
        assert [item.get("run", item["id"]) for item in items] == [both.mine], path
    for action in ("pause", "cancel", "retry", "fork", "move"):
        answer = await both.http.post(f"/api/v1/runs/{both.theirs}/{action}", json={})
        assert answer.status_code == 404, action
    each = {"action": "cancel", "where": {}}
    assert (await both.http.post("/api/v1/runs/each", json=each)).json()["done"] == [both.mine]


@pytest.mark.parametrize("both", [ASKS], indirect=True)
async def test_nobody_decides_for_a_workflow_beyond_the_scopes(both: Both) -> None:
    hidden, seen = await both.post("/api/v1/approvals/{}:sure/decide", choice="approve")
    assert (hidden.status_code, seen.status_code) == (404, 200)


@pytest.mark.parametrize("both", [FAILS], indirect=True)
async def test_dead_letters_of_other_workflows_are_not_there(both: Both) -> None:
    items = (await both.http.get("/api/v1/dead-letters?limit=1")).json()["items"]
    assert [item["payload"]["run"] for item in items] == [both.mine]
    mine, theirs = items[0]["id"], items[0]["id"].replace(both.mine, both.theirs)
    for status, letter in ((404, theirs), (202, mine)):
        assert (await both.http.post(f"/api/v1/dead-letters/{letter}/replay")).status_code == status
    assert (await both.http.delete(f"/api/v1/dead-letters/{theirs}")).status_code == 404


@pytest.mark.parametrize("both", [ASKS], indirect=True)
async def test_templates_schedules_and_services_follow_the_scopes(both: Both) -> None:
    http = both.http
    workflows = (await http.get("/api/v1/workflows")).json()["items"]
    assert [each["name"] for each in workflows] == ["mine"]
    schedules = (await http.get("/api/v1/schedules")).json()["items"]
    assert [each["name"] for each in schedules] == ["own"]
    for path in ("workflows/theirs", "workflows/theirs/versions", "tools/files.read"):
        assert (await http.get(f"/api/v1/{path}")).status_code == 404, path
    for action in ("pause", "resume", "fire"):
        assert (await http.post(f"/api/v1/schedules/other/{action}")).status_code == 404
        assert (await http.post(f"/api/v1/schedules/own/{action}")).status_code == 200
    for action in ("pause", "resume", "restart", "reset-breaker"):
        assert (await http.post(f"/api/v1/services/files/{action}")).status_code == 403


@pytest.mark.parametrize("both", [ASKS], indirect=True)
async def test_events_are_within_the_scopes_by_their_names(both: Both) -> None:
    """They may start anything, so that publishing them is limited as calling is."""
    http = both.http
    codes = [
        (await http.post("/api/v1/events", json={"name": name, "id": name})).status_code
        for name in ("mine.changed", "theirs.changed")
    ]
    assert codes == [202, 403]
    for name, status in (("mine.*", 202), ("mine.changed", 202), ("*", 403), ("m*", 403)):
        answer = await http.post("/api/v1/events/replay", json={"name": name})
        assert answer.status_code == status, name
