"""A real daemon in its own process, and the command line against it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from interlock.cli import main

STARTED = "interlock listens on "


@dataclass
class Daemon:
    """``interlock run`` in ``folder``; every command runs in the same folder."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    url: str = ""

    def start(self) -> Daemon:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "interlock", "run"],
            cwd=self.folder,
            env=os.environ | self.environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr
        said = []
        for line in self.process.stderr:
            said.append(line)
            if line.startswith(STARTED):
                self.url = line.removeprefix(STARTED).strip()
                return self
        pytest.fail(f"the daemon did not start:\n{''.join(said)}")

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.process and self.process.stderr
        self.process.send_signal(number)
        code = self.process.wait(30)
        self.process.stderr.close()
        return code

    def kill(self) -> None:
        self.stop(signal.SIGKILL)

    def program(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """``interlock`` with these words, as a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "interlock", *words],
            cwd=self.folder,
            env=os.environ | self.environment,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert done.returncode == 0 or not check, done.stderr
        return done

    def command(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """The same, of a command that only asks the daemon, without the start of a process.

        That takes as long as forty answers of the daemon.
        """
        with contextlib.chdir(self.folder):
            result = CliRunner().invoke(main, words, prog_name="interlock", env=self.environment)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0 or not check, result.stderr
        return subprocess.CompletedProcess(words, result.exit_code, result.stdout, result.stderr)

    def json(self, *words: str) -> Any:
        return json.loads(self.command(*words, "--json").stdout)

    def until(self, path: str, holds: Callable[[Any], bool]) -> Any:
        """What the API answers at ``path`` once that holds; the test's time-out ends the wait."""
        with self.http() as client:
            while not holds(answer := client.get(f"/api/v1/{path}").raise_for_status().json()):
                time.sleep(0.02)
            return answer

    def http(self) -> httpx.Client:
        address = json.loads((self.folder / ".interlock/daemon.json").read_text())
        headers = {"Authorization": f"Bearer {address['token']}"}
        return httpx.Client(base_url=address["url"], headers=headers, timeout=30, verify=False)


@pytest.fixture
def daemon_in(tmp_path: Path) -> Iterator[Callable[..., Daemon]]:
    """Write ``interlock.yaml`` and other files, start the daemon; it is ended with the test."""
    daemons: list[Daemon] = []

    def start(config: str, **files: str) -> Daemon:
        (tmp_path / "interlock.yaml").write_text(config)
        for name, text in files.items():
            (tmp_path / name.replace("__", "/")).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name.replace("__", "/")).with_suffix(".yaml").write_text(text)
        daemon = Daemon(tmp_path)
        daemons.append(daemon)
        return daemon.start()

    yield start
    for daemon in daemons:
        if daemon.process and daemon.process.poll() is None:
            daemon.kill()
