"""Streams resume, beat and end; metrics and services tell how things stand."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from interlock.api.streams import EventStream

from .served import Served, serving

TWO = """
workflow: two
steps:
  - {id: first, call: files.write, with: {path: a.txt, text: a}}
  - {id: second, call: files.write, with: {path: b.txt, text: b}}
"""


@pytest.mark.parametrize(("later", "again"), [(0.0, True), (3600.0, False)])
async def test_a_stream_resumes_a_little_before_the_last_event_seen(
    tmp_path: Path, later: float, again: bool
) -> None:
    (tmp_path / "two.workflow.yaml").write_text(TWO)
    async with serving(tmp_path) as served, served.client() as http:
        run = await served.system.runtime.start("two")
        await served.system.runtime.wait(run)
        steps = (await http.get(f"/api/v1/runs/{run}/steps")).json()["items"]

        # Branches end side by side: the step that was seen last need not have ended last.
        headers = {"Last-Event-ID": repr(steps[-1]["finished"] + later)}
        answer = await http.get(f"/api/v1/runs/{run}/watch", headers=headers)
        items = [json.loads(line[6:]) for line in answer.text.splitlines() if line[:5] == "data:"]

    told = [(item["kind"], item["path"]) for item in items]
    assert (("step-succeeded", "second") in told) is again
    assert told[-1] == ("run-succeeded", "")
    assert f"id: {items[0]['at']!r}\n" in answer.text


async def test_a_call_tells_its_progress_and_ends_with_its_result(tmp_path: Path) -> None:
    async with serving(tmp_path) as served, served.client() as http:
        path, headers = "/api/v1/tools/files.write/call", {"Accept": "text/event-stream"}
        body = {"arguments": {"path": "a.txt", "text": "a"}}
        served.system.runtime.host.call = _reporting(served.system.runtime.host.call)  # type: ignore[method-assign]
        done = (await http.post(path, json=body, headers=headers)).text
        failed = (await http.post(path, json={}, headers=headers)).text
        keyed = {**headers, "Idempotency-Key": "k"}
        refused = await http.post(path, json=body, headers=keyed)

    progress, result = [json.loads(line[6:]) for line in done.splitlines() if line[:5] == "data:"]
    assert (progress["kind"], progress["done"], progress["message"]) == ("progress", 1, "half")
    assert (result["kind"], result["result"]["path"]) == ("result", "a.txt")
    assert "event: failed" in failed and '"code":"invalid-input"' in failed
    assert refused.status_code == 422 and "body" in refused.json()["hint"]


def _reporting(call: Any) -> Any:
    async def reporting(*arguments: Any, on_progress: Any, **options: Any) -> Any:
        result = await call(*arguments, on_progress=on_progress, **options)
        on_progress(1, 2, "half")
        return result

    return reporting


async def test_silence_is_broken_by_a_beat_and_a_leaving_client_ends_it() -> None:
    async def nothing() -> AsyncIterator[dict[str, Any]]:
        await anyio.sleep_forever()
        yield {}

    sent: list[bytes] = []
    gone = anyio.Event()

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))
        if len(sent) == 3:
            gone.set()

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    with anyio.fail_after(40):
        await EventStream(nothing(), heartbeat=0.001)({}, receive, send)
    assert sent[1:3] == [b": still here\n\n"] * 2


async def test_a_paused_service_takes_no_calls_until_it_is_resumed(
    served: Served, http: httpx.AsyncClient
) -> None:
    call = {"arguments": {"path": "a.txt", "text": "a"}}
    paused = await http.post("/api/v1/services/files/pause")
    refused = await http.post("/api/v1/tools/files.write/call", json=call)
    gauge = 'interlock_service_ready{service="files"} '
    assert gauge + "0.0" in (await http.get("/metrics")).text
    resumed = await http.post("/api/v1/services/files/resume")
    done = await http.post("/api/v1/tools/files.write/call", json=call)

    assert (paused.json()["paused"], resumed.json()["paused"]) == (True, False)
    assert (refused.status_code, done.status_code) == (503, 200)
    assert refused.json()["details"]["policy"] == "pause"
    assert gauge + "1.0" in (await http.get("/metrics")).text
    assert (await http.post("/api/v1/services/files/reset-breaker")).status_code == 200
    assert (await http.post("/api/v1/services/files/restart")).json()["state"] in (
        "starting",
        "checking",
        "ready",
    )


async def test_prometheus_gets_what_was_measured(served: Served, http: httpx.AsyncClient) -> None:
    await http.post(
        "/api/v1/tools/files.write/call", json={"arguments": {"path": "a.txt", "text": "a"}}
    )
    answer = await http.get("/metrics")

    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.text.splitlines()
    (infinite,) = [line for line in lines if "interlock_call" in line and 'le="+Inf"' in line][:1]
    assert infinite.endswith(" 1")
    assert "# TYPE interlock_calls_in_flight gauge" in lines


async def test_health_is_open_and_says_no_more_than_up(served: Served) -> None:
    async with served.client(None) as nobody:
        assert (await nobody.get("/health/live")).json() == {"live": True}
        assert (await nobody.get("/health/ready")).json() == {"ready": True}
        served.system.runtime.ready = False
        for path in ("/health", "/health/ready"):
            assert (await nobody.get(path)).status_code == 503
        assert (await nobody.get("/health/live")).status_code == 200
        assert (await nobody.get("/metrics")).status_code == 401
