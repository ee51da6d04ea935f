"""What lies ready for operators under ``config/operation``."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from ..conftest import Daemon

OPERATION = Path(__file__).parents[2] / "config/operation"
CONFIG = """
version: 1
include: [alerts.yaml]
daemon: {{port: 0, look: 50ms}}
services:
  ledger: {{settings: {{file: {file}}}}}
queues: {{mail: {{concurrency: 1}}}}
"""
NOTE = """
workflow: note
steps: [{call: ledger.put, with: {entry: a}}]
"""


def test_the_alerts_can_all_be_judged(
    tmp_path: Path, daemon_in: Callable[..., Daemon], ledger: Path
) -> None:
    shutil.copy(OPERATION / "alerts.yaml", tmp_path)
    daemon = daemon_in(CONFIG.format(file=ledger))
    alerts = daemon.json("alerts")
    assert len(alerts) == 9
    assert [alert["fault"] for alert in alerts] == [None] * 9
    assert {alert["state"] for alert in alerts} == {"quiet"}
    daemon.stop()


def test_grafana_asks_for_metrics_that_there_are(
    daemon_in: Callable[..., Daemon], ledger: Path
) -> None:
    config = CONFIG.replace("include: [alerts.yaml]", "workflows: {{paths: [note.yaml]}}")
    daemon = daemon_in(config.format(file=ledger), note=NOTE)
    daemon.command("start", "note", "--wait")
    with daemon.http() as http:
        told = http.get("/metrics").text
    board = json.loads((OPERATION / "grafana.json").read_text())
    asked = {
        name
        for panel in board["panels"]
        for target in panel["targets"]
        for name in re.findall(r"interlock_\w+", target["expr"])
    }
    assert len(asked) >= 14
    for name in asked:
        assert re.search(rf"^(# TYPE )?{name}\b", told, flags=re.MULTILINE), name
    page = (OPERATION.parent / "README.md").read_text().replace("`_", "`interlock_actor_")
    for name in re.findall(r"^# TYPE (\w+)", told, flags=re.MULTILINE):
        assert f"`{name}`" in page, f"{name} is not in config/README.md"
    daemon.stop()


def test_a_port_that_is_taken_is_told_in_a_line(
    daemon_in: Callable[..., Daemon], ledger: Path, tmp_path: Path
) -> None:
    daemon = daemon_in(CONFIG.replace("include: [alerts.yaml]", "").format(file=ledger))
    (tmp_path / "second").mkdir()
    port = daemon.url.rpartition(":")[2]
    (tmp_path / "second/interlock.yaml").write_text(f"version: 1\ndaemon: {{port: {port}}}\n")
    second = Daemon(tmp_path / "second").program("run", check=False)
    assert second.returncode == 1
    assert f"error: cannot listen on 127.0.0.1:{port}" in second.stderr
    assert "Traceback" not in second.stderr
    daemon.stop()
