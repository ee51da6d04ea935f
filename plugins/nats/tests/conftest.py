"""A real NATS server: the machine's, or one of a test's own that may be killed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import nats
import nats.js.errors
import pytest
import yaml
from nats.errors import NoServersError

URL = "nats://127.0.0.1:4222"


@pytest.fixture
async def jetstream() -> AsyncIterator[Any]:
    try:
        client = await nats.connect(URL, allow_reconnect=False)
    except (OSError, NoServersError):
        if os.environ.get("INTERLOCK_TEST_REQUIRE_SERVICES") == "1":
            raise
        pytest.skip("needs NATS on 127.0.0.1:4222: start nats-server -js")
    yield client.jetstream()
    await client.close()


@pytest.fixture
async def stream(jetstream: Any) -> AsyncIterator[str]:
    """A stream of the subjects ``<name>.>``."""
    name = f"test-{uuid4().hex}"
    await jetstream.add_stream(name=name, subjects=[f"{name}.>"])
    yield name
    await jetstream.delete_stream(name)
    try:
        await jetstream.delete_stream(f"{name}-dead")
    except nats.js.errors.NotFoundError:
        return


class OwnNats:
    """Hands messages to the system before it answers, so a kill loses nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.start()

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self._port}"

    def start(self) -> None:
        command = ["nats-server", "-js", "-sd", str(self._folder / "store")]
        address = ["-a", "127.0.0.1", "-p", str(self._port)]
        self._process = subprocess.Popen([*command, *address], stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def own_nats(tmp_path: Path) -> Iterator[OwnNats]:
    if shutil.which("nats-server") is None:
        pytest.skip("needs nats-server on the PATH: install NATS")
    server = OwnNats(tmp_path)
    yield server
    server.kill()


def write_config(folder: Path, *consume: dict[str, Any], url: str = URL) -> Path:
    folder.mkdir(exist_ok=True)
    services = {"nats": {"settings": {"url": url, "consume": list(consume)}}}
    daemon = {"state_dir": str(folder / "state")}
    path = folder / "interlock.yaml"
    path.write_text(yaml.safe_dump({"version": 1, "daemon": daemon, "services": services}))
    return path
