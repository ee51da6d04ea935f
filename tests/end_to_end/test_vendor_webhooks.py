"""The simulator's webhooks, from a vendor's event to a run of the daemon that hears of it."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from ..conftest import Daemon

CONFIG = """
version: 1
daemon: {{port: {daemon}, log_level: error}}
services:
  simulator: {{settings: {{port: {port}}}}}
  notion:
    settings: {{base_url: "http://127.0.0.1:{port}/notion", token: x}}
    http: {{allow_private: true}}
  figma:
    settings: {{base_url: "http://127.0.0.1:{port}/figma", token: x, passcode: open}}
    http: {{allow_private: true}}
workflows: {{paths: [workflows/*.yaml]}}
triggers:
  - {{on: notion.page_created, start: note, with: {{said: "${{{{ event.payload.entity.id }}}}"}}}}
  - {{on: figma.file_updated, start: note, with: {{said: "${{{{ event.payload.file_key }}}}"}}}}
"""
NOTE = """
workflow: note
input: {type: object, required: [said], properties: {said: {type: string}}}
steps: [{id: said, transform: {said: "${{ input.said }}"}}]
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_events_of_notion_and_figma_start_runs_once(daemon_in: Callable[..., Daemon]) -> None:
    daemon = daemon_in(CONFIG.format(daemon=free_port(), port=free_port()), workflows__note=NOTE)

    def call(tool: str, **arguments: Any) -> Any:
        with daemon.http() as http:
            answer = http.post(f"/api/v1/tools/{tool}/call", json={"arguments": arguments})
        return answer.raise_for_status().json()

    def announced(vendor: str, kind: str, subject: str, **fields: Any) -> list[Any]:
        event = {"vendor": vendor, "type": kind, "subject": subject, **fields}
        given = call("simulator.announce", event=event)
        return [each["status"] for each in given.get("result", given)["deliveries"]]

    call("simulator.subscribe", endpoint=f"{daemon.url}/hooks/notion")
    where = {"context": "file", "context_id": "torii-gate", "event_type": "FILE_UPDATE"}
    call("figma.register_webhook", endpoint=f"{daemon.url}/hooks/figma", **where)

    assert announced("notion", "page.created", "page-1", times=2) == [200, 200]
    assert announced("figma", "FILE_UPDATE", "torii-gate", times=2) == [200, 200]
    for vendor, kind, subject in (
        ("notion", "page.created", "page-2"),
        ("figma", "FILE_UPDATE", "torii-gate"),
    ):
        (status,) = announced(vendor, kind, subject, forged=True)
        assert 400 <= status < 500

    def ended(runs: Any) -> bool:
        return [run["status"] for run in runs["items"]].count("succeeded") >= 2

    runs = daemon.until("runs", ended)["items"]
    assert sorted(run["input"]["said"] for run in runs) == ["page-1", "torii-gate"]
