"""Two daemons, one Restate: whatever becomes of one of them, the other finishes the runs."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from restate_server import Server, free_ports
from restate_server import cluster as nodes

from ..conftest import Daemon

CONFIG = """
version: 1
daemon: {{port: 0, grace: 5s}}
engine:
  type: restate
  ingress: {ingress}
  admin: {admin}
  port: {port}
  reuse_port: true
  blobs: {blobs}
  namespace: n{port}
  look: 200ms
  suspend_after: 1s
  offer_again: 200ms
plugins: {{allow: [ledger]}}
services:
  ledger: {{settings: {{file: {file}}}}}
workflows: {{paths: [../workflows/*.yaml]}}
"""

WALK = """
workflow: walk
steps:
  - id: each
    for_each: [a, b, c]
    concurrency: 3
    do:
      - {call: ledger.put, with: {entry: "1-${{ item }}"}}
      - {sleep: 300ms}
      - {call: ledger.put, with: {entry: "2-${{ item }}", seconds: 0.2}}
      - {sleep: 300ms}
      - {call: ledger.put, with: {entry: "3-${{ item }}"}}
  - {transform: done}
"""

ASK = """
workflow: ask
input: {type: object, properties: {text: {type: string}}}
steps:
  - {id: big, call: ledger.put, with: {entry: "${{ input.text }}"}}
  - {id: paid, wait_for: was.paid, key: k1}
  - {id: ask, approve: "Ship it?"}
  - {transform: "${{ [len(steps.big.entry), steps.paid.payload.sum, steps.ask.choice] }}"}
"""

SAGA = """
workflow: saga
steps:
  - id: a
    call: ledger.put
    with: {entry: a}
    compensate: {call: ledger.put, with: {entry: undo-a}}
  - {id: nap, sleep: 1h}
"""


LARGE = 1_200_000


class Cluster:
    """Daemons on one port, which Restate reaches as one."""

    def __init__(self, folder: Path, server: Server, file: Path) -> None:
        self._folder = folder
        (self._port,) = free_ports(1)
        self.file = file
        self._config = CONFIG.format(
            ingress=server.ingress,
            admin=server.admin,
            port=self._port,
            blobs=folder / "blobs",
            file=file,
        )
        self.daemons: list[Daemon] = []
        (folder / "workflows").mkdir()

    def workflows(self, **texts: str) -> None:
        for name, text in texts.items():
            (self._folder / f"workflows/{name}.yaml").write_text(text)

    def join(self) -> Daemon:
        """Another daemon."""
        folder = self._folder / f"daemon{len(self.daemons)}"
        folder.mkdir()
        (folder / "interlock.yaml").write_text(self._config)
        daemon = Daemon(folder)
        self.daemons.append(daemon)
        return daemon.start()

    def effects(self) -> Counter[str]:
        """How often each entry was written, with whatever idempotency key."""
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        return Counter(line.split()[0] for line in dict.fromkeys(lines))


@pytest.fixture
def cluster(tmp_path: Path, restate_server: Server, ledger: Path) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path, restate_server, ledger)
    yield cluster
    for daemon in cluster.daemons:
        if daemon.process and daemon.process.poll() is None:
            daemon.kill()


def start(daemon: Daemon, workflow: str, run: str, **values: Any) -> None:
    with daemon.http() as client:
        body = {"run_id": run, "input": values}
        client.post(f"/api/v1/workflows/{workflow}/start", json=body).raise_for_status()


def finished(run: Any) -> bool:
    return run["finished"] is not None


def waits_for(reason: str) -> Callable[[Any], bool]:
    return lambda run: reason in (run["waiting"] or {}).get("reason", "")


@pytest.mark.parametrize(
    "number", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)]
)
def test_what_a_daemon_leaves_behind_another_finishes(cluster: Cluster, number: int) -> None:
    cluster.workflows(walk=WALK)
    first, second = cluster.join(), cluster.join()
    runs = [f"w{run}" for run in range(3)]
    for run in runs:
        start(first, "walk", run)
    while sum(cluster.effects().values()) < 6:
        pass
    assert first.stop(number) == (0 if number == signal.SIGTERM else -number)
    for run in runs:
        record = second.until(f"runs/{run}", finished)
        assert (record["status"], record["output"]) == ("succeeded", "done")
    assert cluster.effects() == Counter(
        {f"{part}-{item}": len(runs) for part in "123" for item in "abc"}
    )


@pytest.mark.slow
def test_events_and_decisions_reach_a_run_through_any_daemon(cluster: Cluster) -> None:
    """Also one whose values are too large for a journal, after a daemon went in good order."""
    cluster.workflows(ask=ASK)
    first, second = cluster.join(), cluster.join()
    start(first, "ask", "r", text="x" * LARGE)
    second.until("runs/r", waits_for("event was.paid"))
    second.command("publish", "was.paid", "--key", "k1", "--arg", "sum=12")
    first.until("runs/r", waits_for("approval"))
    assert first.stop(signal.SIGTERM) == 0
    second.command("approve", "r:ask", "approve")
    record = second.until("runs/r", finished)
    assert (record["status"], record["output"]) == ("succeeded", [LARGE, 12, "approve"])
    steps = {each["path"]: each for each in second.json("runs", "show", "r")["steps"]}
    assert set(steps["big"]["output"]) == {"blob"}


@pytest.mark.slow
def test_a_run_is_cancelled_and_undone_through_any_daemon(cluster: Cluster) -> None:
    """It goes on with the workflow that it began with, whatever became of that meanwhile."""
    cluster.workflows(saga=SAGA)
    first = cluster.join()
    start(first, "saga", "r")
    first.until("runs/r", waits_for("sleep"))
    first.kill()
    cluster.workflows(saga="workflow: saga\nsteps: [{transform: another}]")
    second = cluster.join()
    start(second, "saga", "r")
    second.command("runs", "cancel", "r")
    record = second.until("runs/r", finished)
    assert record["status"] == "cancelled"
    assert cluster.effects() == Counter({"a": 1, "undo-a": 1})


@pytest.mark.slow
def test_runs_go_on_while_a_node_of_restate_is_killed(tmp_path: Path, ledger: Path) -> None:
    with nodes(tmp_path, 3) as (first, _, third):
        cluster = Cluster(tmp_path, first, ledger)
        cluster.workflows(walk=WALK)
        daemon = cluster.join()
        runs = [f"w{run}" for run in range(6)]
        for run in runs:
            start(daemon, "walk", run)
        while sum(cluster.effects().values()) < 6:
            pass
        third.process.kill()
        for run in runs:
            assert daemon.until(f"runs/{run}", finished)["status"] == "succeeded"
        daemon.kill()
    assert set(cluster.effects()) == {f"{part}-{item}" for part in "123" for item in "abc"}
