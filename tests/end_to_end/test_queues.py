"""Runs that wait for their turn, in a real daemon that is killed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ..conftest import Daemon

CONFIG = """
version: 1
daemon: {{port: 0}}
services:
  ledger:
    settings: {{file: {file}}}
workflows: {{paths: [workflows/*.yaml]}}
queues:
  ledger: {{concurrency: 2}}
"""
NOTE = """
workflow: note
input: {type: object, required: [entry], properties: {entry: {type: string}}}
queue: ledger
steps:
  - {call: ledger.put, with: {entry: "${{ input.entry }}"}}
  - {wait_for: note.done, key: "${{ input.entry }}"}
"""


def test_no_turn_is_lost_or_given_twice(daemon_in: Callable[..., Daemon], ledger: Path) -> None:
    daemon = daemon_in(CONFIG.format(file=ledger), workflows__note=NOTE)
    with daemon.http() as client:
        for entry in "abcd":
            client.post("/api/v1/workflows/note/start", json={"input": {"entry": entry}})
    for number, entry in enumerate("abcd"):
        (queue,) = daemon.json("queues")
        assert queue["active"] <= 2
        if number % 2 == 0:
            daemon.kill()
            daemon.start()
        daemon.command("publish", "note.done", "--key", entry)
        daemon.until("queues", partial(_left, 3 - number))
    entries = [line.split()[0] for line in ledger.read_text().splitlines()]
    assert sorted(set(entries)) == list("abcd")
    assert all(run["status"] == "succeeded" for run in daemon.json("runs"))


def _left(count: int, answer: Any) -> bool:
    (queue,) = answer["items"]
    return bool(queue["waiting"] + queue["active"] == count)


def test_a_queue_that_is_not_configured_is_a_fault(tmp_path: Path, ledger: Path) -> None:
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows/note.yaml").write_text(NOTE.replace("queue: ledger", "queue: leger"))
    (tmp_path / "interlock.yaml").write_text(CONFIG.format(file=ledger))
    checked = Daemon(tmp_path).program("config", "check", check=False)
    assert "note.yaml:4:8: error: there is no queue 'leger' in the configuration" in checked.stderr
    assert "did you mean 'ledger'?" in checked.stderr
