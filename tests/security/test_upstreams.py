"""Between who calls us and whom we call: nobody's credentials cross."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from interlock.api.auth import hashed

from ..conftest import Daemon

CALLER = "canary-of-the-caller"
OWN = "token-of-the-upstream"
StartDaemon = Callable[..., Daemon]


@contextmanager
def upstream(answer: Callable[[str], tuple[int, dict[str, str], Any]]) -> Iterator[tuple[str, Any]]:
    """A server, its address, and all that it was sent."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            seen.append(f"{self.path}\n{self.headers}\n{body.decode()}")
            status, headers, value = answer(self.path)
            data = json.dumps(value).encode()
            self.send_response(status)
            for name, each in {**headers, "Content-Length": str(len(data))}.items():
                self.send_header(name, each)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do  # noqa: N815 - their names

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def service(url: str) -> str:
    return f"""
version: 1
daemon: {{port: 0, log_level: debug}}
api:
  tokens: [{{name: ann, role: operator, sha256: "{hashed(CALLER)}"}}]
services:
  up:
    plugin: http
    http: {{allow_private: true}}
    policies: {{retry: null}}
    settings:
      base_url: {url}
      auth: {{kind: bearer, token: {OWN}}}
      tools: {{get: {{path: /thing, query: {{q: string}}}}}}
"""


META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}


def call(daemon: Daemon, **headers: str) -> Any:
    """Over MCP, with the caller's token and whatever else a client may send."""
    params = {"_meta": META, "name": "up.get", "arguments": {"q": "x"}}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    sent = {
        "Authorization": f"Bearer {CALLER}",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/call",
        "Mcp-Name": "up.get",
        **headers,
    }
    with daemon.http() as http:
        return http.post("/mcp", json=body, headers=sent)


def test_the_callers_token_goes_nowhere(daemon_in: StartDaemon, tmp_path: Path) -> None:
    with upstream(lambda _: (200, {"Content-Type": "application/json"}, {"ok": True})) as (
        url,
        seen,
    ):
        daemon = daemon_in(service(url))
        answer = call(daemon, Cookie=f"session={CALLER}")
        daemon.stop()
    assert answer.json()["result"].get("isError", False) is not True, answer.text
    (request,) = seen
    assert f"Bearer {OWN}" in request
    assert CALLER not in request
    assert CALLER.encode() not in (tmp_path / ".interlock/journal.db").read_bytes()


def test_a_redirect_takes_no_credentials_along(daemon_in: StartDaemon) -> None:
    with (
        upstream(lambda _: (200, {}, {})) as (elsewhere, strangers),
        upstream(lambda _: (307, {"Location": f"{elsewhere}/thing"}, {})) as (url, _),
    ):
        call(daemon_in(service(url)))
    assert not [each for each in strangers if OWN in each or CALLER in each]
