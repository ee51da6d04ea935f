"""What the clock starts, in a real daemon."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..conftest import Daemon

CONFIG = """
version: 1
daemon: {{port: 0}}
services:
  ledger:
    settings: {{file: {file}}}
workflows: {{paths: [workflows/*.yaml]}}
schedules:
  often: {{every: 1s, start: note, with: {{entry: "${{{{ schedule.name }}}}"}}, overlap: allow}}
  rarely: {{cron: "0 0 29 2 *", zone: Europe/Berlin, start: note, with: {{entry: rare}}}}
"""
NOTE = """
workflow: note
input: {type: object, required: [entry], properties: {entry: {type: string}}}
steps: [{call: ledger.put, with: {entry: "${{ input.entry }}"}}]
"""


def test_schedules_start_runs_and_can_be_paused(
    daemon_in: Callable[..., Daemon], ledger: Path
) -> None:
    daemon = daemon_in(CONFIG.format(file=ledger), workflows__note=NOTE)
    daemon.until("schedules", lambda answer: answer["items"][0]["last_run"])
    daemon.command("schedules", "pause", "often")
    often, rarely = daemon.json("schedules")
    assert (often["paused"], rarely["paused"]) == (True, False)
    assert often["last_run"].startswith("schedule-often-")
    assert daemon.json("runs", "watch", often["last_run"]) == {"entry": "often"}

    run = daemon.json("schedules", "fire", "rarely")["run_id"]
    assert daemon.json("runs", "watch", run) == {"entry": "rare"}
    missing = daemon.command("schedules", "fire", "never", check=False)
    assert missing.returncode == 1 and "there are: often, rarely" in missing.stderr
    daemon.command("schedules", "resume", "often")
    daemon.stop()


def test_times_and_workflows_that_there_are_not_are_told_with_their_place(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path)
    (tmp_path / "interlock.yaml").write_text(
        "version: 1\n"
        "schedules:\n"
        '  a: {cron: "61 * * * *", start: nothing}\n'
        '  b: {cron: "1 * * * *", zone: Mars/North, start: nothing}\n'
    )
    checked = daemon.program("config", "check", check=False)
    assert checked.returncode == 78
    assert "interlock.yaml:3:13: error: '61 * * * *' is no cron expression" in checked.stderr
    assert "interlock.yaml:4:32: error: there is no time zone 'Mars/North'" in checked.stderr
    assert checked.stderr.count("there is no workflow 'nothing'") == 2
