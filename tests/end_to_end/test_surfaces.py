"""One tool, every door: command line, HTTP and MCP give the same answers and the same errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from ..conftest import Daemon

CONFIG = """
version: 1
daemon: {{port: 0}}
services:
  ledger:
    settings: {{file: {file}}}
workflows: {{paths: [workflows/*.yaml]}}
aliases: {{note: ledger.put}}
"""

TWICE = """
workflow: twice
description: Put an entry two times.
aliases: [two_times]
input: {type: object, required: [entry], properties: {entry: {type: string}}}
steps:
  - {id: first, call: ledger.put, with: {entry: "${{ input.entry }}-1"}}
  - {id: second, call: ledger.put, with: {entry: "${{ input.entry }}-2"}}
return: {entries: ["${{ steps.first.entry }}", "${{ steps.second.entry }}"]}
"""

StartDaemon = Callable[..., Daemon]


@pytest.fixture
def daemon(daemon_in: StartDaemon, ledger: Path) -> Daemon:
    return daemon_in(CONFIG.format(file=ledger), workflows__twice=TWICE)


def test_the_command_line_calls_starts_and_lists(daemon: Daemon, ledger: Path) -> None:
    assert daemon.json("call", "ledger.put", "--arg", "entry=a") == {"entry": "a"}
    assert daemon.json("call", "note", "--input", '{"entry": "b"}') == {"entry": "b"}
    assert daemon.json("call", "two_times", "-a", "entry=c") == {"entries": ["c-1", "c-2"]}
    assert daemon.json("start", "twice", "-a", "entry=d", "--wait") == {"entries": ["d-1", "d-2"]}
    assert [line.split()[0] for line in ledger.read_text().splitlines()] == [
        "a",
        "b",
        "c-1",
        "c-2",
        "d-1",
        "d-2",
    ]

    assert {tool["name"] for tool in daemon.json("tools")} >= {"ledger.put", "ledger.once"}
    assert [service["state"] for service in daemon.json("services")] == ["ready"]
    assert [item["name"] for item in daemon.json("workflow")] == ["twice"]
    runs = daemon.json("runs")
    assert [run["status"] for run in runs] == ["succeeded", "succeeded"]
    shown = daemon.json("runs", "show", runs[0]["id"])
    assert [step["path"] for step in shown["steps"]] == ["first", "second"]
    assert "ledger" in daemon.command("plugins").stdout


def test_a_started_run_is_started_once_for_its_id(daemon: Daemon, ledger: Path) -> None:
    for _ in range(2):
        daemon.command("start", "twice", "-a", "entry=x", "--run-id", "only-once", "--wait")

    assert len(ledger.read_text().splitlines()) == 2


def test_errors_on_the_command_line_say_what_to_do(daemon: Daemon) -> None:
    unknown = daemon.command("call", "ledger.putt", "-a", "entry=a", check=False)
    missing = daemon.command("call", "ledger.put", check=False)
    refused = daemon.command("call", "ledger.refuse", check=False)

    assert (unknown.returncode, missing.returncode, refused.returncode) == (1, 1, 1)
    assert "did you mean 'ledger.put'" in unknown.stderr
    assert "$.entry: required, but missing" in missing.stderr
    assert "error: no" in refused.stderr
    assert "Traceback" not in unknown.stderr + missing.stderr + refused.stderr


def test_http_answers_with_results_and_problems(daemon: Daemon) -> None:
    with daemon.http() as http:
        called = http.post("/api/v1/tools/ledger.put/call", json={"arguments": {"entry": "a"}})
        assert called.json() == {"result": {"entry": "a"}}

        invalid = http.post("/api/v1/tools/ledger.put/call", json={"arguments": {"entri": "a"}})
        assert invalid.status_code == 422
        assert invalid.headers["content-type"] == "application/problem+json"
        assert invalid.json()["details"]["path"] == "$.entry"

        unknown = http.post("/api/v1/workflows/twize/start", json={})
        assert (unknown.status_code, unknown.json()["details"]["nearest"]) == (404, ["twice"])

        started = http.post("/api/v1/workflows/twice/start", json={"input": {"entry": "b"}})
        assert started.status_code == 202
        run = started.headers["location"]
        with http.stream("GET", f"{run}/watch") as stream:
            last = [line for line in stream.iter_lines() if line.startswith("data: ")][-1]
        assert json.loads(last[6:])["kind"] == "run-succeeded"
        assert http.get(run).json()["output"] == {"entries": ["b-1", "b-2"]}


def test_strangers_and_other_sites_are_kept_out(daemon: Daemon) -> None:
    with daemon.http() as http:

        def status(**headers: str) -> int:
            return http.get("/api/v1/tools", headers=headers).status_code

        assert status() == 200
        assert status(Authorization="Bearer wrong") == 401
        assert status(Origin="http://evil.example") == 403
        assert status(Host="evil.example") == 421
        assert http.post("/mcp", headers={"Authorization": ""}).status_code == 401
        assert http.get("/health", headers={"Authorization": ""}).status_code == 200
        too_large = http.post("/api/v1/events", content=b" " * (17 * 2**20))
        assert too_large.status_code == 413


async def test_mcp_lists_and_calls_the_same(daemon: Daemon) -> None:
    address = json.loads((daemon.folder / ".interlock/daemon.json").read_text())
    headers = {"Authorization": f"Bearer {address['token']}"}
    async with (
        httpx2.AsyncClient(headers=headers) as http,
        Client(streamable_http_client(f"{address['url']}/mcp", http_client=http)) as client,
    ):
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert tools["ledger.put"].input_schema["required"] == ["entry"]
        assert tools["ledger.lines"].annotations.read_only_hint is True
        assert "twice" in tools

        put = await client.call_tool("ledger.put", {"entry": "m"})
        assert put.structured_content == {"entry": "m"}
        ran = await client.call_tool("twice", {"entry": "n"})
        assert ran.structured_content == {"entries": ["n-1", "n-2"]}
        wrong = await client.call_tool("ledger.put", {})
        assert wrong.is_error is True
        assert wrong.structured_content["error"]["details"]["path"] == "$.entry"


def test_without_a_daemon_the_command_says_how_to_start_one(tmp_path: Path) -> None:
    lost = Daemon(tmp_path).command("tools", check=False)

    assert lost.returncode == 3
    assert "interlock run" in lost.stderr
