"""A request that is repeated under its key is answered, and not done, again."""

from __future__ import annotations

from pathlib import Path

import anyio
import httpx
import pytest

from .served import Served, serving

START = "/api/v1/workflows/keep/start"
KEY = {"Idempotency-Key": "order-1"}


async def test_the_same_request_gets_the_same_answer_and_another_is_refused(
    served: Served, http: httpx.AsyncClient
) -> None:
    first = await http.post(START, json={"input": {"path": "a.txt"}}, headers=KEY)
    again = await http.post(START, json={"input": {"path": "a.txt"}}, headers=KEY)
    other = await http.post(START, json={"input": {"path": "b.txt"}}, headers=KEY)

    assert (first.status_code, again.status_code, other.status_code) == (202, 202, 422)
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert len(await served.system.runtime.runs()) == 1


async def test_answers_outlive_the_daemon(tmp_path: Path) -> None:
    for replayed in (None, "true"):
        async with serving(tmp_path) as served, served.client() as http:
            answer = await http.post(START, json={"input": {"path": "a.txt"}}, headers=KEY)
            assert answer.headers.get("idempotency-replayed") == replayed
            assert len(await served.system.runtime.runs()) == 1


async def test_a_failure_that_may_pass_is_tried_again(
    served: Served, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = {"arguments": {"path": "a.txt", "text": "a"}}
    await http.post("/api/v1/services/files/pause")
    refused = await http.post("/api/v1/tools/files.write/call", json=call, headers=KEY)
    await http.post("/api/v1/services/files/resume")
    done = await http.post("/api/v1/tools/files.write/call", json=call, headers=KEY)

    assert (refused.status_code, done.status_code) == (503, 200)


async def test_two_at_once_are_not_two(
    served: Served, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, go_on = anyio.Event(), anyio.Event()

    async def slow(*_: object, **__: object) -> str:
        inside.set()
        await go_on.wait()
        return "done"

    monkeypatch.setattr(served.system.runtime, "call", slow)
    answers: list[httpx.Response] = []

    async def ask() -> None:
        answers.append(await http.post("/api/v1/tools/x/call", json={}, headers=KEY))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask)
        await inside.wait()
        await ask()
        go_on.set()

    assert [answer.status_code for answer in answers] == [409, 200]
