"""Two daemons, one Restate: whatever becomes of one of them, the other finishes the runs."""

from __future__ import annotations

import hashlib
import hmac
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
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
queues: {{mail: {{concurrency: 2}}}}
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

SEND = """
workflow: send
queue: mail
input: {type: object, properties: {to: {type: string}}}
steps:
  - {call: ledger.put, with: {entry: "begin-${{ input.to }}"}}
  - {sleep: 300ms}
  - {call: ledger.put, with: {entry: "end-${{ input.to }}"}}
"""

BAD = """
workflow: bad
steps:
  - id: a
    call: ledger.put
    with: {entry: a}
    compensate: {call: ledger.put, with: {entry: undo-a}}
  - {call: ledger.crash}
"""

ORDERED = """
workflow: ordered
on: {event: ledger.ordered, with: {number: "${{ event.payload.number }}"}}
input: {type: object, properties: {number: {type: integer}}}
steps: [{call: ledger.put, with: {entry: "order-${{ input.number }}"}}]
"""

SUPERVISOR = """
import subprocess, sys
while subprocess.call([sys.executable, "-m", "interlock", "run"]) == 9:
    pass
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
        return self._another().start()

    def join_supervised(self) -> Daemon:
        """One that is started again whenever something takes it along."""
        daemon = self._another()
        daemon.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR], cwd=daemon.folder, start_new_session=True
        )
        return daemon

    def _another(self) -> Daemon:
        folder = self._folder / f"daemon{len(self.daemons)}"
        folder.mkdir()
        (folder / "interlock.yaml").write_text(self._config)
        daemon = Daemon(folder)
        self.daemons.append(daemon)
        return daemon

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
            if daemon.process.stderr is None:
                os.killpg(daemon.process.pid, signal.SIGKILL)
                daemon.process.wait()
            else:
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
def test_a_webhook_delivered_to_each_daemon_starts_one_run(cluster: Cluster) -> None:
    cluster.workflows(ordered=ORDERED)
    daemons = [cluster.join(), cluster.join()]
    body = b'{"number": 7}'
    signature = {"x-signature": hmac.new(b"none", body, hashlib.sha256).hexdigest()}
    for daemon in (*daemons, *daemons):
        url = f"{daemon.url}/hooks/ledger/orders"
        httpx.post(url, content=body, headers=signature).raise_for_status()
    for daemon in daemons:
        runs = daemon.until(
            "runs?workflow=ordered", lambda found: any(map(finished, found["items"]))
        )
        assert len(runs["items"]) == 1
    assert cluster.effects() == Counter({"order-7": 1})


@pytest.mark.slow
def test_a_queue_holds_for_all_daemons_together(cluster: Cluster) -> None:
    cluster.workflows(send=SEND)
    first, second = cluster.join(), cluster.join()
    for number in range(6):
        start((first, second)[number % 2], "send", f"s{number}", to=f"{number}")
    while sum(cluster.effects().values()) < 4:
        pass
    first.kill()
    for number in range(6):
        assert second.until(f"runs/s{number}", finished)["status"] == "succeeded"
    under_way = 0
    for entry in cluster.effects():
        under_way += 1 if entry.startswith("begin") else -1
        assert 0 <= under_way <= 2
    (queue,) = second.json("queues")
    assert (queue["waiting"], queue["active"]) == (0, 0)


def record_of(daemon: Daemon, run: str) -> Any:
    """Nothing, if the daemon is gone just now."""
    with suppress(OSError, httpx.HTTPError, ValueError), daemon.http() as client:
        return client.get(f"/api/v1/runs/{run}").raise_for_status().json()
    return {"waiting": None}


@pytest.mark.slow
def test_a_run_that_takes_every_daemon_along_is_put_aside(cluster: Cluster) -> None:
    cluster.workflows(bad=BAD, walk=WALK)
    daemons = [cluster.join_supervised() for _ in range(2)]
    begun = False
    while not begun:
        with suppress(OSError, httpx.HTTPError, ValueError):
            start(daemons[0], "walk", "w")
            start(daemons[0], "bad", "bad")
            begun = True
    reason = waits_for("the process ended")
    while not any(reason(record_of(daemon, "bad")) for daemon in daemons):
        time.sleep(0.05)
    crashes = cluster.file.read_text().count("crash")
    assert crashes >= 6
    (_, second) = daemons
    while record_of(second, "bad").get("status") != "paused":
        time.sleep(0.05)
    second.command("runs", "cancel", "bad")
    assert second.until("runs/bad", finished)["status"] == "cancelled"
    assert second.until("runs/w", finished)["status"] == "succeeded"
    assert cluster.file.read_text().count("crash") == crashes
    assert cluster.effects()["undo-a"] == 1


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
