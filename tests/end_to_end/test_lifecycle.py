"""Killed, drained, misconfigured: what an operator meets."""

from __future__ import annotations

import json
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ..conftest import Daemon
from .test_surfaces import CONFIG

FAN = """
workflow: fan
input: {type: object, properties: {seconds: {type: number}}}
steps:
  - {id: before, call: ledger.once, with: {entry: before}}
  - id: items
    for_each: "${{ range(50) }}"
    concurrency: 50
    do:
      - id: quick
        call: ledger.put
        with: {entry: "quick-${{ item }}"}
      - id: slow
        call: ledger.put
        with: {entry: "slow-${{ item }}", seconds: "${{ input.seconds }}"}
      - id: after
        call: ledger.put
        with: {entry: "after-${{ item }}"}
return: "${{ [item.entry for item in steps.items] }}"
"""

SAGA = """
workflow: saga
steps:
  - id: a
    call: ledger.put
    with: {entry: a}
    compensate: {call: ledger.put, with: {entry: undo-a}}
  - id: b
    call: ledger.put
    with: {entry: b}
    compensate: {call: ledger.put, with: {entry: undo-b}}
  - {id: c, call: ledger.refuse, with: {reason: sold out}}
"""

StartDaemon = Callable[..., Daemon]


def until(daemon: Daemon, run: str, wanted: Callable[[int], bool]) -> None:
    """Follow the run's recorded steps until their number is as wanted."""
    with daemon.http() as http:
        while not wanted(len(http.get(f"/api/v1/runs/{run}/steps").json()["items"])):
            pass


def test_after_kill_9_in_the_middle_of_50_calls_nothing_is_lost_or_done_again(
    daemon_in: StartDaemon, ledger: Path
) -> None:
    daemon = daemon_in(CONFIG.format(file=ledger), workflows__fan=FAN)
    run = daemon.command("start", "fan", "-a", "seconds=1").stdout.strip()
    until(daemon, run, lambda steps: steps >= 51)
    recorded = [step for step in daemon.json("runs", "show", run)["steps"] if step["output"]]

    daemon.kill()
    daemon.start()
    output = daemon.json("runs", "watch", run)

    assert output == [f"after-{number}" for number in range(50)]
    entries = Counter(line.split()[0] for line in ledger.read_text().splitlines())
    done = [step["output"]["entry"] for step in recorded]
    assert "before" in done
    assert {entry: entries[entry] for entry in done} == dict.fromkeys(done, 1)
    keys = Counter(line.split()[1] for line in ledger.read_text().splitlines())
    assert len(keys) == 151


def test_sigterm_lets_calls_finish_and_the_run_goes_on_after_the_restart(
    daemon_in: StartDaemon, ledger: Path
) -> None:
    daemon = daemon_in(CONFIG.format(file=ledger), workflows__fan=FAN)
    run = daemon.command("start", "fan", "-a", "seconds=1").stdout.strip()
    until(daemon, run, lambda steps: steps >= 51)

    code = daemon.stop(signal.SIGTERM)

    assert code == 0
    daemon.start()
    assert len(daemon.json("runs", "watch", run)) == 50
    entries = Counter(line.split()[0] for line in ledger.read_text().splitlines())
    assert set(entries.values()) == {1}
    assert len(entries) == 151
    assert {step["attempts"] for step in daemon.json("runs", "show", run)["steps"]} == {1}


def test_a_failing_run_undoes_what_it_did_in_reverse_order(
    daemon_in: StartDaemon, ledger: Path
) -> None:
    daemon = daemon_in(CONFIG.format(file=ledger), workflows__saga=SAGA)

    failed = daemon.command("start", "saga", "--wait", check=False)

    assert failed.returncode == 1
    assert "sold out" in failed.stderr
    written = [line.split()[0] for line in ledger.read_text().splitlines()]
    assert written == ["a", "b", "undo-b", "undo-a"]


def test_a_configuration_with_five_mistakes_shows_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "interlock.yaml").write_text(
        "version: 1\n"
        "daemon: {prt: 1}\n"
        "services:\n"
        "  figma:\n"
        "    settings: {token: {env: NO_SUCH_VARIABLE}}\n"
        "    policies: {retry: {attemps: 3, backoff: soon}}\n"
        "  notes: {plugin: notionn}\n"
    )

    checked = Daemon(tmp_path).program("config", "check", check=False)
    started = Daemon(tmp_path).program("run", check=False)

    assert (checked.returncode, started.returncode) == (78, 78)
    faults = [line for line in checked.stderr.splitlines() if ": error: " in line]
    assert [fault.split(": error: ")[0].rpartition("interlock.yaml:")[2] for fault in faults] == [
        "2:10",
        "5:23",
        "6:24",
        "6:45",
        "7:19",
    ]
    for hint in ("'port'", "NO_SUCH_VARIABLE", "'attempts'", "duration", "'notion'"):
        assert hint in checked.stderr
    assert checked.stderr == started.stderr


def test_a_template_with_mistakes_shows_all_of_them(tmp_path: Path, ledger: Path) -> None:
    (tmp_path / "workflows").mkdir()
    (tmp_path / "interlock.yaml").write_text(CONFIG.format(file=ledger))
    (tmp_path / "workflows/bad.yaml").write_text(
        "workflow: bad\n"
        "steps:\n"
        "  - {id: a, call: ledger.putt, with: {entry: x}}\n"
        "  - {id: b, call: ledger.put, with: {entri: x}}\n"
        "  - {id: a, transform: '${{ steps.c }}'}\n"
        "  - {id: d, sleep: soon}\n"
        "  - {id: e, cal: ledger.put}\n"
        "  - {id: f, call: ledger.linez, fallback: {value: 0}}\n"
        "  - {id: g, call: absent.tool, fallback: {value: 0}}\n"
    )

    checked = Daemon(tmp_path).program("config", "check", check=False)

    assert checked.returncode == 78
    places = {
        int(line.split("bad.yaml:")[1].split(":")[0])
        for line in checked.stderr.splitlines()
        if "bad.yaml:" in line
    }
    assert places == {3, 4, 5, 6, 7, 8}
    assert "did you mean 'ledger.put'" in checked.stderr


@pytest.mark.parametrize("workflow", ["design_to_code", "knowledge_extraction"])
def test_the_headline_workflows_are_sound(workflow: str) -> None:
    demo = Path(__file__).parents[2] / "config/demo/interlock.yaml"

    checked = Daemon(demo.parent).program("config", "check", "--json")

    assert json.loads(checked.stdout)["warnings"] == []
    assert (demo.parents[1] / f"workflows/{workflow}.yaml").is_file()


def test_calls_of_runs_that_a_shutdown_cuts_off_are_nobodys_dead_letters(
    daemon_in: StartDaemon, ledger: Path
) -> None:
    config = CONFIG.format(file=ledger).replace("port: 0", "port: 0, grace: 0s")
    daemon = daemon_in(config, workflows__fan=FAN)
    assert "grace: 0s" in (daemon.folder / "interlock.yaml").read_text()
    run = daemon.command("start", "fan", "--arg", "seconds=600").stdout.strip()
    daemon.until("services/ledger", lambda found: found["actor"]["in_flight"] == 50)
    daemon.stop()
    daemon.start()
    assert daemon.json("dead-letters") == []
    assert daemon.json("runs", "show", run)["status"] == "running"
    daemon.kill()
