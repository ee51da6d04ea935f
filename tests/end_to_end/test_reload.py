"""A configuration that changes under a running daemon."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ..conftest import Daemon

CONFIG = """
version: 1
daemon: {{port: 0, watch: {watch}}}
services:
  ledger:
    settings: {{file: {file}}}
  {name}:
    plugin: ledger
    settings: {{file: {file}}}
workflows: {{paths: [workflows/*.yaml]}}
queues: {{one: {{concurrency: {at_once}}}}}
triggers:
  - {{on: {event}, start: note, with: {{entry: "${{{{ event.payload.entry }}}}"}}}}
schedules:
  {name}: {{cron: "0 0 29 2 *", start: note, with: {{entry: rare}}}}
"""
NOTE = """
workflow: note
input: {type: object, required: [entry], properties: {entry: {type: string}}}
steps: [{call: ledger.put, with: {entry: "${{ input.entry }}"}}]
"""
StartDaemon = Callable[..., Daemon]


@pytest.fixture
def daemon(daemon_in: StartDaemon, ledger: Path) -> Daemon:
    return daemon_in(written(ledger), workflows__note=NOTE)


def written(ledger: Path, **more: Any) -> str:
    values = {"name": "second", "at_once": 1, "event": "order.made", "watch": "false", **more}
    return CONFIG.format(file=ledger, **values)


def test_what_has_changed_takes_effect_and_the_rest_goes_on(daemon: Daemon, ledger: Path) -> None:
    file = daemon.folder / "interlock.yaml"
    file.write_text(written(ledger, name="third", at_once=2, event="order.changed"))
    (daemon.folder / "workflows/more.yaml").write_text(NOTE.replace("note", "more"))
    before = {each["name"]: each for each in daemon.json("services")}

    checked = daemon.json("config", "reload", "--check")
    assert checked["applied"] is False
    assert {each["name"] for each in daemon.json("services")} == {"ledger", "second"}
    told = daemon.json("config", "reload")
    assert told["changed"] == {
        "services": ["second", "third"],
        "workflows": ["more"],
        "schedules": ["second", "third"],
        "queues": ["one"],
        "triggers": ["1 on order.changed", "1 on order.made"],
    }
    assert "+  third:" in told["diff"] and told["needs_restart"] == []

    services = {each["name"]: each for each in daemon.json("services")}
    assert services.keys() == {"ledger", "third"}
    assert services["ledger"]["actor"]["restarts"] == before["ledger"]["actor"]["restarts"]
    assert [each["name"] for each in daemon.json("schedules")] == ["third"]
    assert daemon.json("queues")[0]["concurrency"] == 2
    daemon.command("start", "more", "--arg", "entry=a", "--wait")
    daemon.command("publish", "order.changed", "--arg", "entry=b")
    daemon.command("publish", "order.made", "--arg", "entry=c")
    while "b" not in (entries := [line.split()[0] for line in ledger.read_text().splitlines()]):
        time.sleep(0.02)
    assert entries == ["a", "b"]
    daemon.stop()


def test_a_file_with_faults_changes_nothing(daemon: Daemon, ledger: Path) -> None:
    file = daemon.folder / "interlock.yaml"
    file.write_text(written(ledger, name="third").replace("start: note", "start: nothing"))
    refused = daemon.command("config", "reload", check=False)
    assert refused.returncode != 0
    assert "interlock.yaml:13" in refused.stderr and "nothing" in refused.stderr
    daemon.process.send_signal(signal.SIGHUP)  # type: ignore[union-attr] # it runs
    assert {each["name"] for each in daemon.json("services")} == {"ledger", "second"}
    daemon.stop()


@pytest.mark.parametrize("how", ["signal", "watch"])
def test_a_signal_or_a_changed_file_is_enough(
    daemon_in: StartDaemon, ledger: Path, how: str
) -> None:
    watch = "true" if how == "watch" else "false"
    daemon = daemon_in(written(ledger, watch=watch), workflows__note=NOTE)
    file = daemon.folder / "interlock.yaml"
    file.write_text(written(ledger, watch=watch, name="third"))
    if how == "signal":
        daemon.process.send_signal(signal.SIGHUP)  # type: ignore[union-attr] # it runs
    wanted = {"ledger", "third"}
    daemon.until("services", lambda told: {each["name"] for each in told["items"]} == wanted)
    daemon.stop()


def test_tokens_change_without_a_restart(daemon: Daemon, ledger: Path) -> None:
    file = daemon.folder / "interlock.yaml"
    made = daemon.json("token", "new", "ci", "--role", "viewer")
    with daemon.http() as http:
        headers = {"Authorization": f"Bearer {made['token']}"}
        assert http.get("/api/v1/runs", headers=headers).status_code == 401
        entry = f"{{name: ci, role: viewer, sha256: {made['sha256']}}}"
        file.write_text(written(ledger) + f"api: {{tokens: [{entry}]}}\n")
        assert daemon.json("config", "reload")["changed"] == {"api": ["api"]}
        assert http.get("/api/v1/runs", headers=headers).status_code == 200
    daemon.stop()


def test_what_counts_after_a_restart_only_is_told(daemon: Daemon, ledger: Path) -> None:
    file = daemon.folder / "interlock.yaml"
    file.write_text(written(ledger).replace("port: 0", "port: 0, grace: 1s"))
    assert daemon.json("config", "reload")["needs_restart"] == ["daemon"]
    daemon.stop()
