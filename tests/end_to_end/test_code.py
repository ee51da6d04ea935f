"""A workflow in Python behind a real daemon: named by the configuration, killed, gone on with."""

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
workflows: {{paths: [workflows/*]}}
"""

CODE = '''
from interlock.sdk import WorkflowContext, workflow


@workflow()
async def settle(ctx: WorkflowContext, order: str, parts: int = 3) -> list[str]:
    """Enter the parts of an order once it is paid."""
    await ctx.wait_for("order.paid", key=order)
    await ctx.map(lambda n: ctx.call("ledger.put", {"entry": f"{order}:{n}"}), range(parts))
    decision = await ctx.approve("Close it?")
    return [order, decision["choice"]]
'''

CALLER = """
workflow: caller
steps:
  - {id: settled, run: settle, with: {order: b, parts: 1}}
"""

StartDaemon = Callable[..., Daemon]


def test_a_workflow_in_python_survives_kill_9(
    tmp_path: Path, daemon_in: StartDaemon, ledger: Path
) -> None:
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows/orders.py").write_text(CODE)
    daemon = daemon_in(CONFIG.format(file=ledger), workflows__caller=CALLER)
    run = daemon.json("start", "settle", "--arg", "order=a")["run_id"]
    daemon.command("start", "caller")
    daemon.kill()
    daemon.start()
    for order in "ab":
        daemon.command("publish", "order.paid", "--key", order)
    approvals = daemon.until("approvals", lambda found: len(found["items"]) == 2)["items"]
    daemon.kill()
    daemon.start()
    for approval in approvals:
        daemon.command("approve", approval["id"])
    record = daemon.until(f"runs/{run}", lambda run: run["finished"])
    assert record["output"] == ["a", "approve"]
    entries = sorted(line.split()[0] for line in ledger.read_text().splitlines())
    assert entries == ["a:0", "a:1", "a:2", "b:0"]


def test_faults_of_such_a_file_are_told_with_its_line(
    tmp_path: Path, daemon_in: StartDaemon, ledger: Path
) -> None:
    (tmp_path / "workflows").mkdir()
    (tmp_path / "workflows/broken.py").write_text("x = 1\ny = undefined\n")
    (tmp_path / "workflows/empty.py").write_text("x = 1\n")
    (tmp_path / "interlock.yaml").write_text(CONFIG.format(file=ledger))
    checked = Daemon(tmp_path).program("config", "check", check=False)
    assert checked.returncode != 0
    assert "broken.py:2:1: error: NameError: name 'undefined' is not defined" in checked.stderr
    assert "empty.py:1:1: error: there is no workflow in this file" in checked.stderr
    assert "Traceback" not in checked.stderr
