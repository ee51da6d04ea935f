"""What people and operators do to runs, through the command line of a real daemon."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ..conftest import Daemon

CONFIG = """
version: 1
daemon: {{port: 0}}
services:
  ledger:
    settings: {{file: {file}}}
workflows: {{paths: [workflows/*.yaml]}}
triggers:
  - {{on: order.created, start: release, with: {{order: "${{{{ event.payload.order }}}}"}}}}
"""

RELEASE = """
workflow: release
input: {type: object, required: [order], properties: {order: {type: string}}}
steps:
  - id: sign
    approve: "Release ${{ input.order }}?"
    form: {type: object, required: [note], properties: {note: {type: string}}}
    timeout: 30d
    fail_on: [reject]
  - {id: paid, wait_for: order.paid, key: "${{ input.order }}"}
  - {id: entry, call: ledger.put, with: {entry: "${{ input.order }}:${{ steps.sign.values.note }}"}}
"""

BROKEN = """
workflow: broken
input: {type: object, properties: {reason: {type: string}}}
steps:
  - {id: entry, call: ledger.put, with: {entry: once}}
  - {id: refuse, call: ledger.refuse, with: {reason: "${{ input.reason }}"}}
"""

StartDaemon = Callable[..., Daemon]


@pytest.fixture
def daemon(daemon_in: StartDaemon, ledger: Path) -> Daemon:
    return daemon_in(
        CONFIG.format(file=ledger), workflows__release=RELEASE, workflows__broken=BROKEN
    )


def run_of(daemon: Daemon, status: str, **query: str) -> dict[str, Any]:
    """The only run that stands so, once there is one."""
    options = [word for key, value in query.items() for word in (f"--{key}", value)]
    while not (found := daemon.json("runs", "--status", status, *options)):
        time.sleep(0.02)
    [run] = found
    return dict(run)


def test_a_person_and_an_event_end_a_run_across_a_restart(daemon: Daemon, ledger: Path) -> None:
    order = json.dumps({"order": "o1"})
    daemon.command("publish", "order.created", "--input", order, "--id", "e1")
    run = run_of(daemon, "waiting", where="order=o1")
    daemon.kill()
    daemon.start()

    [approval] = daemon.json("approvals")
    assert (approval["title"], approval["run"]) == ("Release o1?", run["id"])
    missing = daemon.command("approve", approval["id"], check=False)
    assert missing.returncode == 1 and "'note' is a required" in missing.stderr
    daemon.command("approve", approval["id"], "approve", "-a", "note=fine", "--comment", "go")
    again = daemon.command("approve", approval["id"], "approve", "-a", "note=x", check=False)
    assert again.returncode == 1 and "decided already" in again.stderr
    assert daemon.json("approvals") == []

    daemon.command("publish", "order.paid", "--key", "o1", "--id", "e2")
    assert daemon.json("runs", "watch", run["id"])["entry"] == "o1:fine"
    assert len(ledger.read_text().splitlines()) == 1


def test_a_failed_run_is_found_forked_and_tried_again(daemon: Daemon, ledger: Path) -> None:
    started = daemon.command("start", "broken", "-a", "reason=no", "--wait", check=False)
    assert started.returncode == 1
    [letter] = daemon.json("dead-letters")
    assert (letter["kind"], letter["reason"]) == ("run", "no")

    daemon.command("dead-letters", "replay", letter["id"])
    run = run_of(daemon, "failed")
    failed = daemon.command("runs", "watch", run["id"], check=False)
    assert failed.returncode == 1
    assert len(ledger.read_text().splitlines()) == 1, "what was recorded is not done again"

    fork = daemon.json("runs", "fork", run["id"], "--step", "refuse", "-a", "reason=still")[
        "run_id"
    ]
    assert "still" in daemon.command("runs", "watch", fork, check=False).stderr
    assert daemon.json("runs", "show", fork)["tags"] == [f"fork:{run['id']}"]

    outcome = daemon.command("runs", "each", "retry", "--status", "failed")
    assert outcome.stdout.startswith("2 runs")
    daemon.command("dead-letters", "discard", f"run:{fork}")


def test_a_run_is_paused_resumed_and_stopped(daemon: Daemon) -> None:
    run = daemon.json("start", "release", "-a", "order=o2")["run_id"]
    daemon.command("runs", "pause", run)
    assert run_of(daemon, "paused")["id"] == run
    daemon.command("runs", "resume", run)
    assert run_of(daemon, "waiting")["id"] == run
    daemon.command("runs", "cancel", run, "--keep", "--within", "5s")
    assert run_of(daemon, "cancelled")["id"] == run
    over = daemon.command("runs", "pause", run, check=False)
    assert over.returncode == 1 and "is over" in over.stderr


def test_what_is_wrong_is_told_over_http(daemon: Daemon) -> None:
    with daemon.http() as http:
        assert http.post("/api/v1/approvals/none/decide", json={"choice": "x"}).status_code == 404
        assert http.post("/api/v1/runs/none/retry").status_code == 404
        wrong = http.post("/api/v1/runs/each", json={"action": "delete", "where": {}})
        assert wrong.status_code == 422 and wrong.json()["details"]["path"] == "$.action"
        assert http.get("/api/v1/runs", params={"since": "yesterday"}).status_code == 422
        assert http.get("/api/v1/dead-letters/none").status_code == 404


def test_a_run_that_waits_is_moved_to_the_new_version(daemon: Daemon) -> None:
    run = daemon.json("start", "release", "--arg", "order=a")["run_id"]
    waiting = run_of(daemon, "waiting")
    assert waiting["id"] == run
    template = daemon.folder / "workflows/release.yaml"
    daemon.stop()
    template.write_text(RELEASE + '  - {call: ledger.put, with: {entry: "moved"}}\n')
    daemon.start()
    told = daemon.command("workflow", "diff", "release").stdout
    assert "0 runs under way" in told and "1 runs under way" in told
    assert "+    entry: moved" in told
    assert "can go on" in daemon.command("runs", "move", run, "--check").stdout
    assert "goes on" in daemon.command("runs", "move", run).stdout
    assert daemon.command("workflow", "graph", "release").stdout.startswith("flowchart TD")
    daemon.command("approve", f"{run}:sign", "--arg", "note=n")
    daemon.command("publish", "order.paid", "--key", "a")
    run_of(daemon, "succeeded")
    assert "moved" in (daemon.folder / "ledger.txt").read_text()
