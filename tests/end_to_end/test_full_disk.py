"""A disk that takes nothing more: it is told, and only what has to be recorded stops."""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path

from ..conftest import Daemon

CONFIG = """
version: 1
daemon: {{port: 0, look: 50ms}}
services:
  files: {{settings: {{root: {root}}}}}
workflows: {{paths: [note.yaml]}}
schedules:
  often: {{every: 1s, start: note, overlap: allow}}
alerts:
  full:
    when: journal.failing
    notify: files.write
    with: {{path: "${{{{ alert.state }}}}.txt", text: told}}
"""
NOTE = """
workflow: note
steps: [{call: files.write, with: {path: note.txt, text: a}}]
"""
# Less than the journal's log is long; small files have room.
ROOM = 4096


def test_a_full_disk_is_told_and_survived(daemon_in: Callable[..., Daemon], tmp_path: Path) -> None:
    daemon = daemon_in(CONFIG.format(root=tmp_path / "out"), note=NOTE)
    assert daemon.process
    pid, (_, most) = daemon.process.pid, resource.getrlimit(resource.RLIMIT_FSIZE)
    daemon.until("runs", lambda found: bool(found["items"]))

    resource.prlimit(pid, resource.RLIMIT_FSIZE, (ROOM, most))
    with daemon.http() as http:
        while (ready := http.get("/health/ready")).status_code == 200:
            pass
        assert ready.status_code == 503
        assert ready.json() == {
            "ready": False,
            "reason": "journal-error",
            "hint": "check the disk; runs go on where they were",
        }
        refused = http.post("/api/v1/workflows/note/start", json={})
        assert (refused.status_code, refused.json()["code"]) == (503, "journal-error")
        assert "disk I/O error" in http.get("/api/v1/summary").json()["fault"]
        # What needs no record is done, and telling of it is that as well.
        call = {"arguments": {"path": "b.txt", "text": "b"}}
        assert http.post("/api/v1/tools/files.write/call", json=call).status_code == 200
        while not (tmp_path / "out/firing.txt").exists():
            assert daemon.process.poll() is None

        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))
        while http.get("/health/ready").status_code == 503:
            pass
        assert http.post("/api/v1/workflows/note/start", json={}).status_code == 202
    while not (tmp_path / "out/resolved.txt").exists():
        assert daemon.process.poll() is None
    # The clock that was stopped by it goes on.
    seen = daemon.json("runs")
    daemon.until("runs", lambda found: len(found["items"]) > len(seen))
    assert daemon.stop() == 0
