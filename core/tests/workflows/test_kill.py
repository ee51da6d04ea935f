"""A real process, really killed, again and again."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

VICTIM = Path(__file__).with_name("victim.py")
KILLS = 8


def _start(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, str(VICTIM), str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout and process.stdout.readline() == "started\n"
    return process


def _recorded(folder: Path) -> set[str]:
    connection = sqlite3.connect(folder / "journal.db")
    try:
        rows = connection.execute("SELECT run, path FROM steps WHERE status = 'succeeded'")
        return {f"{run}:{path}" for run, path in rows}
    finally:
        connection.close()


def _effects(folder: Path) -> list[str]:
    return (folder / "effects").read_text().splitlines()


def test_runs_end_as_if_nothing_had_happened_however_often_the_process_is_killed(
    tmp_path: Path,
) -> None:
    delays = random.Random(7)
    settled: dict[str, int] = {}
    for _ in range(KILLS):
        process = _start(tmp_path)
        time.sleep(delays.uniform(0, 0.06))  # where the kill hits is the point of the test
        process.send_signal(signal.SIGKILL)
        process.communicate()
        made = Counter(_effects(tmp_path))
        # What was on record before this life was not done again in it.
        assert {key: made[key] for key in settled} == settled
        settled = {key: made[key] for key in _recorded(tmp_path) if key in made}

    last = _start(tmp_path)
    output, _ = last.communicate(timeout=30)
    made = Counter(_effects(tmp_path))

    assert (last.returncode, output) == (0, "done\n")
    assert {key: made[key] for key in settled} == settled
    assert len(made) == 20 * 4


@pytest.mark.parametrize("extra", [b"", b"garbage at the end of the log" * 50])
def test_a_torn_write_at_the_end_of_the_log_loses_nothing_that_was_acknowledged(
    tmp_path: Path, extra: bytes
) -> None:
    process = _start(tmp_path)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with (tmp_path / "journal.db-wal").open("ab") as log:
        log.write(extra)

    output, _ = _start(tmp_path).communicate(timeout=30)
    assert output == "done\n"
