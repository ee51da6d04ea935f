"""What is at the daemon's address may be something else: another application, a proxy's page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from click.testing import CliRunner

from interlock.cli.exits import NO_DAEMON
from interlock.cli.main import main


@contextmanager
def answering(status: int, media_type: str, body: bytes) -> Iterator[str]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("content-type", media_type)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Not on standard error."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("command", [["runs"], ["runs", "watch", "x"], ["services"]])
@pytest.mark.parametrize(
    ("status", "media_type", "body"),
    [
        (200, "text/html", b"<p>Log in"),
        (302, "text/html; charset=utf-8", b""),
        (502, "text/html", b"<p>Bad gateway"),
        (503, "application/json", b'{"code": 503, "message": ["down"]}'),
    ],
)
def test_who_is_no_daemon_is_named(
    command: list[str], status: int, media_type: str, body: bytes
) -> None:
    with answering(status, media_type, body) as url:
        done = CliRunner().invoke(main, ["--url", url, *command])

    assert done.exit_code == NO_DAEMON
    assert f"what answers at {url}/api/v1/" in done.stderr
    assert f"is no daemon: it says {status}" in done.stderr
