"""A Restate server of our own: from npm, on loopback, without its telemetry."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

HERE = Path(__file__).parent
_BINARIES = HERE / "node_modules" / "@restatedev"
_START = 30.0
_ALL_STATE = b'{"query": "SELECT key FROM state"}'

CONFIGURATION = """
disable-telemetry = true
cluster-name = "tests"
node-name = "{name}"
auto-provision = {first}
default-replication = {copies}
base-dir = "{folder}"
listen-mode = "tcp"
bind-address = "127.0.0.1:{node}"
advertised-address = "http://127.0.0.1:{node}"
default-num-partitions = 2
rocksdb-total-memory-size = "128 MiB"
log-filter = "warn"
[ingress]
bind-address = "127.0.0.1:{ingress}"
[admin]
bind-address = "127.0.0.1:{admin}"
disable-web-ui = true
[metadata-client]
addresses = {nodes}
"""


class Missing(Exception):
    """There is no server here; the message says how to get it."""


@dataclass(frozen=True)
class Server:
    """A node; another one can be asked for the same."""

    ingress: str
    admin: str
    process: subprocess.Popen[bytes]


def binary() -> Path:
    """The server's program, installed once, beside this file.

    Its scripts are not run: npm's package has one that reports the installation.

    Raises:
        Missing: there is none, and npm cannot get it.
    """
    # Several processes of one suite ask at once.
    with (HERE / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _installed() or _install()


def _installed() -> Path | None:
    return next(_BINARIES.glob("restate-server-*/bin/restate-server"), None)


def _install() -> Path:
    if shutil.which("npm") is None:
        raise Missing("npm is needed for the Restate server (Debian: apt-get install nodejs npm)")
    if os.environ.get("INTERLOCK_TEST_REQUIRE_SERVICES") != "1":
        raise Missing(f"the Restate server is not here: npm install --ignore-scripts in {HERE}")
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"]
    done = subprocess.run(["npm", "install", *options], cwd=HERE, capture_output=True, text=True)
    if done.returncode:
        raise Missing(f"npm install failed in {HERE}: {done.stderr[-400:]}")
    return next(_BINARIES.glob("restate-server-*/bin/restate-server"))


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """A server with its data in ``folder``."""
    with cluster(folder, 1) as (server,):
        yield server


@contextmanager
def cluster(folder: Path, count: int) -> Iterator[list[Server]]:
    """Nodes that keep everything twice, if there are several."""
    program, ports = binary(), free_ports(3 * count)
    nodes = ports[:count]
    with ExitStack() as stack:
        servers = []
        for number in range(count):
            file = folder / f"node{number}.toml"
            ingress, admin = ports[count + number], ports[2 * count + number]
            file.write_text(
                CONFIGURATION.format(
                    name=f"node{number}",
                    first=str(number == 0).lower(),
                    copies=min(2, count),
                    folder=folder / f"data{number}",
                    node=nodes[number],
                    ingress=ingress,
                    admin=admin,
                    nodes=[f"http://127.0.0.1:{node}" for node in nodes],
                )
            )
            process = stack.enter_context(_process(program, file))
            servers.append(
                Server(f"http://127.0.0.1:{ingress}", f"http://127.0.0.1:{admin}", process)
            )
        for server in servers:
            _wait_for(f"{server.ingress}/restate/health", server.process)
            # The last thing that a server can do after its start.
            _wait_for(f"{server.admin}/query", server.process, _ALL_STATE)
        yield servers


@contextmanager
def _process(program: Path, file: Path) -> Iterator[subprocess.Popen[bytes]]:
    with file.with_suffix(".log").open("w") as log:
        command = [program, "-c", file, "--no-logo"]
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _wait_for(url: str, process: subprocess.Popen[bytes], body: bytes | None = None) -> None:
    request = Request(url, body, {"content-type": "application/json"})  # noqa: S310 - ours
    until = time.monotonic() + _START
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(request, timeout=1.0):  # noqa: S310 - our own address
                return
        except (URLError, OSError):
            time.sleep(0.05)
    raise Missing(f"the Restate server did not start: exit code {process.poll()}")
