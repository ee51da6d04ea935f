"""A burst of webhooks, each sent until it is answered: none is lost, none is handled twice."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from ..conftest import Daemon

CONFIG = """
version: 1
daemon: {{port: 0, log_level: error}}
journal: {{retention: {{events: 1d}}}}
services: {{ledger: {{settings: {{file: {file}, secret: "the-vendors"}}}}}}
workflows: {{paths: [workflows/*.yaml]}}
triggers:
  - on: ledger.ordered
    start: book
    with: {{number: "${{{{ event.payload.number }}}}"}}
"""
BOOK = """
workflow: book
input: {type: object, required: [number], properties: {number: {type: integer}}}
steps: [{call: ledger.put, with: {entry: "order ${{ input.number }}"}}]
"""
SENDERS = 100

StartDaemon = Callable[..., Daemon]


def signed(number: int, by: str = "the-vendors") -> tuple[bytes, dict[str, str]]:
    body = json.dumps({"number": number}).encode()
    return body, {"x-signature": hmac.new(by.encode(), body, hashlib.sha256).hexdigest()}


async def deliver(daemon: Daemon, http: httpx.AsyncClient, number: int) -> int:
    """As vendors do: again until it is taken, also while nobody is there; how often it was sent."""
    body, headers = signed(number)
    sent = 0
    while True:
        sent += 1
        try:
            answer = await http.post(
                f"{daemon.url}/hooks/ledger/orders", content=body, headers=headers
            )
            if answer.status_code == 200:
                return sent
            assert answer.status_code in (429, 503), answer.text
        except httpx.TransportError:
            pass
        await anyio.sleep(0.05)


async def burst(daemon: Daemon, number: int) -> None:
    """Half of them before the daemon is killed and half of them after it, all sent twice."""
    left: Iterator[int] = iter([each for each in range(number) for _ in range(2)])
    middle = anyio.Event()

    async def send(http: httpx.AsyncClient) -> None:
        for each in left:
            await deliver(daemon, http, each)
            if each == number // 2:
                middle.set()

    async def kill() -> None:
        await middle.wait()
        await anyio.to_thread.run_sync(daemon.kill)
        await anyio.to_thread.run_sync(daemon.start)

    limits = httpx.Limits(max_connections=SENDERS)
    async with (
        httpx.AsyncClient(timeout=60, limits=limits) as http,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(kill)
        for _ in range(SENDERS):
            tasks.start_soon(send, http)


@pytest.mark.parametrize(
    "number", [200, pytest.param(10_000, marks=[pytest.mark.slow, pytest.mark.timeout(900)])]
)
async def test_none_is_lost_and_none_is_handled_twice(
    daemon_in: StartDaemon, ledger: Path, number: int
) -> None:
    config = CONFIG.format(file=ledger)
    daemon = await anyio.to_thread.run_sync(lambda: daemon_in(config, workflows__book=BOOK))
    await burst(daemon, number)
    lines, runs = await anyio.to_thread.run_sync(outcome, daemon, ledger)
    assert {line.rpartition(" ")[0] for line in lines} == {f"order {n}" for n in range(number)}
    # What was in flight when the daemon was killed is done again, and known by its key.
    assert len(set(lines)) == number
    assert {run["status"] for run in runs} == {"succeeded"}
    assert len(runs) == min(number, 1000)


def outcome(daemon: Daemon, ledger: Path) -> tuple[list[str], list[dict[str, Any]]]:
    """What was written, and the runs, once nothing is left to do."""
    with daemon.http() as http:
        while _open(http):
            time.sleep(0.05)
        runs = http.get("/api/v1/runs", params={"limit": 1000}).json()["items"]
    return ledger.read_text().splitlines(), runs


def _open(http: httpx.Client) -> bool:
    running = http.get("/api/v1/runs", params={"status": "running"}).json()["items"]
    waiting = [each for each in http.get("/api/v1/events").json()["items"] if not each["delivered"]]
    return bool(running or waiting)


def test_what_is_signed_wrongly_is_refused_and_not_kept(
    daemon_in: StartDaemon, ledger: Path
) -> None:
    config = CONFIG.format(file=ledger)
    daemon = daemon_in(config, workflows__book=BOOK)
    body, headers = signed(1, "somebody elses")
    with daemon.http() as http:
        refused = http.post("/hooks/ledger/orders", content=body, headers=headers)
        unknown = http.post("/hooks/ledger/nothing", content=body, headers=headers)
        nobody = http.post("/hooks/nobody/orders", content=body, headers=headers)
        events = http.get("/api/v1/events").json()["items"]
    assert [each.status_code for each in (refused, unknown, nobody)] == [400, 404, 404]
    assert events == [] and not ledger.exists()
