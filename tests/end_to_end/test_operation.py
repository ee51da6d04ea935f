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


def test_the_alerts_can_all_be_judged(
    tmp_path: Path, daemon_in: Callable[..., Daemon], ledger: Path
) -> None:
    shutil.copy(OPERATION / "alerts.yaml", tmp_path)
    daemon = daemon_in(CONFIG.format(file=ledger))
    alerts = daemon.json("alerts")
    assert len(alerts) == 7
    assert [alert["fault"] for alert in alerts] == [None] * 7
    assert {alert["state"] for alert in alerts} == {"quiet"}
    daemon.stop()


def test_grafana_asks_for_metrics_that_there_are(
    daemon_in: Callable[..., Daemon], ledger: Path
) -> None:
    daemon = daemon_in(CONFIG.replace("include: [alerts.yaml]\n", "").format(file=ledger))
    daemon.command("call", "ledger.put", "--arg", "entry=a")
    with daemon.http() as http:
        told = http.get("/metrics").text
    board = json.loads((OPERATION / "grafana.json").read_text())
    asked = {
        name
        for panel in board["panels"]
        for target in panel["targets"]
        for name in re.findall(r"interlock_\w+", target["expr"])
    }
    assert len(asked) >= 7
    for name in asked:
        assert re.search(rf"^(# TYPE )?{name}\b", told, flags=re.MULTILINE), name
    daemon.stop()
