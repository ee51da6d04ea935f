"""The daemon that is killed, and its journal as the dead leave it."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import httpx
import orjson

HERE = Path(__file__).resolve().parent
CONFIG = """
version: 1
daemon: {{port: 0}}
plugins: {{allow: [counter]}}
services:
  counter:
    settings: {{url: "{url}"}}
    http: {{allow_private: true}}
    policies:
      retry: {{attempts: 10, backoff: 20ms, max_backoff: 200ms, budget: 1.0}}
      breaker: null
workflows: {{paths: [workflows/*.yaml]}}
"""


class Victim:
    """``interlock run`` in a folder of its own."""

    def __init__(
        self, folder: Path, url: str, templates: Mapping[str, str], more: str = ""
    ) -> None:
        """
        Args:
            more: of the configuration.
        """
        self.folder = folder
        (folder / "interlock.yaml").write_text(CONFIG.format(url=url) + more)
        (folder / "workflows").mkdir()
        for name, template in templates.items():
            (folder / f"workflows/{name}.yaml").write_text(template)
        self._site = _installed(folder)
        self._log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> httpx.Client:
        """A client of the daemon, once that answers."""
        path = os.pathsep.join(filter(None, (str(self._site), os.environ.get("PYTHONPATH"))))
        environment = os.environ | {"PYTHONPATH": path}
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "interlock", "run"],
                cwd=self.folder,
                env=environment,
                stderr=log,
            )
        while b"interlock listens on" not in self._log.read_bytes():
            if self._process.poll() is not None:
                raise SystemExit(f"the daemon did not start:\n{self._log.read_text()}")
            time.sleep(0.01)
        return self._client()

    def _client(self) -> httpx.Client:
        address = orjson.loads((self.folder / ".interlock/daemon.json").read_bytes())
        return httpx.Client(
            base_url=f"{address['url']}/api/v1",
            headers={"Authorization": f"Bearer {address['token']}"},
            timeout=30,
        )

    def end(self, number: int = signal.SIGKILL) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait()
            self._process = None

    def recorded(self) -> set[str]:
        """Idempotency keys of the calls whose success is on record; the daemon must be dead."""
        with tempfile.TemporaryDirectory() as folder:
            for file in (self.folder / ".interlock").glob("journal.db*"):
                if not file.name.endswith((".lock", "-shm")):
                    shutil.copy(file, folder)
            connection = sqlite3.connect(Path(folder) / "journal.db")
            try:
                rows = connection.execute(
                    """SELECT run || ':' || CASE instr(path, '#') WHEN 0 THEN path
                    ELSE substr(path, 1, instr(path, '#') - 1) END FROM steps
                    WHERE status = 'succeeded' AND what LIKE 'counter.%'"""
                ).fetchall()
            finally:
                connection.close()
        return {row[0] for row in rows}


def _installed(folder: Path) -> Path:
    site = folder / "site"
    info = site / "interlock_torture-0.1.dist-info"
    info.mkdir(parents=True)
    shutil.copy(HERE / "plugin.py", site / "interlock_torture.py")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: interlock-torture\nVersion: 0.1\n")
    (info / "entry_points.txt").write_text("[interlock.plugins]\ncounter = interlock_torture\n")
    return site
