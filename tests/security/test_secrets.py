"""Canaries in every slot for a credential; nothing that leaves the daemon may hold one."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from ..conftest import STARTED, Daemon

CANARY = "canary-5ac1d8b7"
StartDaemon = Callable[..., Daemon]


class Mirror(BaseHTTPRequestHandler):
    """The rudest of vendors: refuses everything, and quotes all headers and the address."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said = f"not with {dict(self.headers)} at {self.path}"
        error = {"message": said, "type": "unauthorized", "status": 401}
        body = json.dumps({"err": said, "message": said, "error": error, "status": 401}).encode()
        self.send_response(401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - their names

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def mirroring() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def slots(url: str, folder: Path) -> dict[str, Any]:
    """A service for each slot, by name; each canary has the number of its slot."""
    numbers = iter(range(100))

    def canary() -> str:
        return f"{CANARY}-{next(numbers)}"

    def api(**auth: Any) -> dict[str, Any]:
        tools = {"get": {"path": "/thing"}}
        settings: dict[str, Any] = {"base_url": url, "tools": tools, "auth": auth}
        return {"plugin": "http", "settings": settings}

    host = url.removeprefix("http://")
    described = folder / "openapi.json"
    described.write_text(json.dumps(_openapi(url)))
    child = "import os, sys; print(os.environ['KEY'], file=sys.stderr)"
    found: dict[str, Any] = {
        "figma": {"settings": {"token": canary(), "passcode": canary(), "base_url": url}},
        "notion": {"settings": {"token": canary(), "webhook_token": canary(), "base_url": url}},
        "bearer": api(kind="bearer", token=canary()),
        "basic": api(kind="basic", username="us", password=canary()),
        "header": api(kind="api-key", name="X-Key", value=canary()),
        "query": api(kind="api-key", name="key", value=canary(), **{"in": "query"}),
        "cookie": api(kind="api-key", name="key", value=canary(), **{"in": "cookie"}),
        "oauth": api(
            kind="oauth2", token_url=f"{url}/token", client_id="us", client_secret=canary()
        ),
        "described": {
            "plugin": "openapi",
            "settings": {"description": str(described), "credentials": {"Token": canary()}},
        },
        "remote": {
            "plugin": "mcp",
            "settings": {"url": f"{url}/mcp", "token": canary(), "headers": {"X-More": canary()}},
        },
        "child": {
            "plugin": "mcp",
            "settings": {"command": [sys.executable, "-c", child], "env": {"KEY": canary()}},
        },
        "redis": {"settings": {"url": f"redis://us:{canary()}@{host}/0"}},
        "rabbitmq": {"settings": {"url": f"amqp://us:{canary()}@{host}/"}},
        "database": {"settings": {"url": f"postgresql://us:{canary()}@{host}/none"}},
    }
    for provider in ("anthropic", "openai", "gemini"):
        settings = {"provider": provider, "model": "m", "api_key": canary(), "base_url": url}
        found[provider] = {"plugin": "ai", "settings": settings}
    for service in found.values():
        service["http"] = {"allow_private": True}
        service["policies"] = {"retry": None, "deadline": "2s"}
    return found


def _openapi(url: str) -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": "x", "version": "1"},
        "servers": [{"url": url}],
        "paths": {"/thing": {"get": {"operationId": "getThing", "responses": {}}}},
        "components": {"securitySchemes": {"Token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"Token": []}],
    }


CALLS: dict[str, dict[str, Any]] = {
    "figma.get_file": {"file_key": "abcdefghij"},
    "notion.get_page": {"page_id": "0" * 32},
    **{f"{name}.get": {} for name in ("bearer", "basic", "header", "query", "cookie", "oauth")},
    "described.get_thing": {},
    "remote.definitions": {},
    "child.definitions": {},
    "redis.get": {"key": "x"},
    "rabbitmq.publish": {"routing_key": "x", "message": "x"},
    "database.query": {"sql": "SELECT 1"},
    **{f"{name}.generate": {"prompt": "x"} for name in ("anthropic", "openai", "gemini")},
}
LISTS = "tools services plugins metrics config runs events dead-letters approvals audit alerts"


@pytest.mark.timeout(180)
def test_no_canary_leaves_its_slot(tmp_path: Path) -> None:
    with mirroring() as url:
        services = slots(url, tmp_path)
        daemon = Daemon(tmp_path)
        told = used(daemon, services)
    planted = {f"{CANARY}-{number}" for number in range(str(services).count(CANARY))}
    written = {
        str(path): path.read_bytes().decode("latin-1")
        for path in (tmp_path / ".interlock").rglob("*")
        if path.is_file()
    }
    found = {
        (where, canary)
        for where, text in {**told, **written}.items()
        for canary in planted
        if canary in text
    }
    assert len(planted) == 20
    assert not found


def used(daemon: Daemon, services: dict[str, Any]) -> dict[str, str]:
    """All that a daemon with these services says when each is called, by where it said it."""
    config = {
        "version": 1,
        "daemon": {"port": 0, "log_level": "debug"},
        "telemetry": {"exporter": "console"},
        "services": services,
        "workflows": {"paths": ["flow.yaml"]},
    }
    flow = {"workflow": "all", "steps": [], "return": 1}
    flow["steps"] = [
        {"call": tool, "with": arguments, "on_error": "dead-letter", "retry": {"wait": "1s"}}
        for tool, arguments in CALLS.items()
    ]
    (daemon.folder / "flow.yaml").write_text(yaml.safe_dump(flow))
    (daemon.folder / "interlock.yaml").write_text(yaml.safe_dump(config))
    with (
        (daemon.folder / "stdout").open("w") as out,
        (daemon.folder / "stderr").open("w") as errors,
    ):
        process = subprocess.Popen(
            [sys.executable, "-m", "interlock", "run"],
            cwd=daemon.folder,
            stdout=out,
            stderr=errors,
        )
        try:
            _wait_until(daemon, process)
            told = _answers(daemon)
            process.terminate()
            assert process.wait(60) == 0
        finally:
            process.kill()
    for name in ("stdout", "stderr"):
        told[name] = (daemon.folder / name).read_text()
    assert "bearer.get" in told["stdout"], "no span was written"
    return told


def _wait_until(daemon: Daemon, process: subprocess.Popen[bytes]) -> None:
    while STARTED not in (daemon.folder / "stderr").read_text():
        assert process.poll() is None, (daemon.folder / "stderr").read_text()
        threading.Event().wait(0.05)


def _answers(daemon: Daemon) -> dict[str, str]:
    told: dict[str, str] = {}
    with daemon.http() as http:
        for tool, arguments in CALLS.items():
            answer = http.post(f"/api/v1/tools/{tool}/call", json={"arguments": arguments})
            told[tool] = answer.text
            told[f"{tool} over mcp"] = _over_mcp(http, tool, arguments)
        told["run"] = http.post("/api/v1/tools/all/call", json={}, timeout=120).text
        run = http.get("/api/v1/runs").json()["items"][0]["id"]
        for path in [*LISTS.split(), f"runs/{run}", f"runs/{run}/steps", f"runs/{run}/watch"]:
            told[path] = http.get(f"/api/v1/{path}").text
        told["/metrics"] = http.get("/metrics").text
        told["reload"] = http.post("/api/v1/config/reload", json={"check": True}).text
    refused = [text for tool, text in told.items() if tool in CALLS and '"code"' in text]
    assert len(refused) > len(CALLS) - 3, told
    return told


def _over_mcp(http: httpx.Client, tool: str, arguments: dict[str, Any]) -> str:
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    body = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"_meta": meta, "name": tool, "arguments": arguments},
    }
    headers = {
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/call",
        "Mcp-Name": tool,
    }
    return http.post("/mcp", json=body, headers=headers).text
