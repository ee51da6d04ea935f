"""Real servers on loopback."""

from __future__ import annotations

import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme
from aiohttp import web

from interlock.host.http.transport import verifying
from interlock.sdk import RealWorld
from interlock.testing import VirtualWorld

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
def world() -> RealWorld:
    return RealWorld()


@pytest.fixture
def virtual() -> VirtualWorld:
    return VirtualWorld()


@asynccontextmanager
async def serving(
    handler: Handler, ssl_context: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """The URL of a server that answers everything with ``handler``."""
    runner = web.ServerRunner(web.Server(handler, handler_cancellation=True), shutdown_timeout=0.01)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=ssl_context)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"{'https' if ssl_context else 'http'}://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Services trust the servers here."""
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    verifying.cache_clear()
    yield
    verifying.cache_clear()


@pytest.fixture
def certificate(authority: trustme.CA, trusted: None, tmp_path: Path) -> tuple[str, str]:
    """Files with certificate and key for ``localhost``."""
    issued = authority.issue_cert("localhost")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    issued.cert_chain_pems[0].write_to_path(str(chain))
    issued.private_key_pem.write_to_path(str(key))
    return str(chain), str(key)


@pytest.fixture
def hypercorn(certificate: tuple[str, str]) -> Iterator[str]:
    """The URL of a hypercorn that ends each HTTP/2 connection after 60 requests."""
    server = Path(__file__).with_name("hypercorn_server.py")
    command = [sys.executable, str(server), *certificate, "60"]
    # Its complaints about connections that it has ended itself are none of our business.
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        yield f"https://localhost:{int(process.stdout.readline())}"
        process.kill()
