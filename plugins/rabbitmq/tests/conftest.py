"""A real RabbitMQ: the machine's, or a node of a test's own that may be stopped."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
import yaml

URL = "amqp://guest:guest@127.0.0.1:5672/"
_SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"


@pytest.fixture
async def channel() -> AsyncIterator[Any]:
    try:
        connection = await aio_pika.connect(URL)
    except OSError:
        if os.environ.get("INTERLOCK_TEST_REQUIRE_SERVICES") == "1":
            raise
        pytest.skip("needs RabbitMQ on 127.0.0.1:5672: start rabbitmq-server")
    async with connection:
        yield await connection.channel()


@pytest.fixture
async def queue(channel: Any) -> AsyncIterator[str]:
    name = f"test-{uuid4().hex}"
    yield name
    await channel.queue_delete(name)
    await channel.queue_delete(f"{name}.dead")
    await channel.exchange_delete(f"{name}.dlx")


class OwnRabbit:
    """A node beside the machine's own; it is up some seconds after it was started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        ports = []
        for _ in range(2):
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                ports.append(free.getsockname()[1])
        self._port, self._dist_port = ports
        folder.mkdir()
        self._config = folder / "rabbitmq.conf"
        self._config.write_text(f"listeners.tcp.local = 127.0.0.1:{self._port}\n")
        self._name = f"interlock-{uuid4().hex[:8]}@localhost"
        self.start()

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self._port}/"

    def start(self) -> None:
        environment = os.environ | {
            "RABBITMQ_NODENAME": self._name,
            # The machine's own says where the machine's own listens.
            "RABBITMQ_CONFIG_FILE": str(self._config),
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            "RABBITMQ_MNESIA_BASE": str(self._folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self._folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "no-plugins"),
            "RABBITMQ_CONF_ENV_FILE": str(self._folder / "no-environment"),
        }
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen(
            [_SERVER], env=environment, start_new_session=True, **quiet
        )

    def stop(self) -> None:
        """Connections are cut; SIGKILL leaves a quorum queue of 3.10 on one node leaderless."""
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait()


@pytest.fixture
def own_rabbit(tmp_path: Path) -> Iterator[OwnRabbit]:
    if shutil.which(_SERVER) is None:
        pytest.skip(f"needs {_SERVER}: install rabbitmq-server")
    server = OwnRabbit(tmp_path / "rabbit")
    yield server
    server.stop()


def write_config(folder: Path, *consume: dict[str, Any], url: str = URL) -> Path:
    folder.mkdir(exist_ok=True)
    services = {"rabbitmq": {"settings": {"url": url, "consume": list(consume)}}}
    daemon = {"state_dir": str(folder / "state")}
    path = folder / "interlock.yaml"
    path.write_text(yaml.safe_dump({"version": 1, "daemon": daemon, "services": services}))
    return path
