"""Two daemons, two processes, one Redis: what they keep together is counted at the API."""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import redis

from ..conftest import Daemon

LIMIT = 10


class Api:
    """Counts who asks for what; ``/broken`` fails."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        counting = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                counting.asked[self.path] += 1
                self.send_response(500 if self.path == "/broken" else 200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps({"n": counting.asked[self.path]}).encode())

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)


@pytest.fixture
def api() -> Iterator[Api]:
    found = Api()
    thread = threading.Thread(target=found.server.serve_forever)
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


@pytest.fixture
def pair(api: Api, tmp_path: Path) -> Iterator[tuple[Daemon, Daemon]]:
    client = redis.Redis()
    try:
        client.ping()
    except redis.ConnectionError:
        if os.environ.get("INTERLOCK_TEST_REQUIRE_SERVICES") == "1":
            raise
        pytest.skip("needs Redis on 127.0.0.1:6379: start redis-server")
    prefix = f"test-{uuid4().hex}"
    daemons = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "interlock.yaml").write_text(json.dumps(_config(api, prefix)))
        daemons.append(Daemon(tmp_path / name).start())
    yield daemons[0], daemons[1]
    for daemon in daemons:
        daemon.stop()
    for key in client.scan_iter(f"{prefix}:*"):
        client.delete(key)
    client.close()


def _config(api: Api, prefix: str) -> dict[str, Any]:
    tools = {
        "limited": {"path": "/limited"},
        "broken": {"path": "/broken"},
        "kept": {"path": "/kept", "cacheable": True},
    }
    address = f"http://127.0.0.1:{api.server.server_port}"

    def service(tool: str, **policies: Any) -> dict[str, Any]:
        settings = {"base_url": address, "tools": {tool: tools[tool]}}
        http = {"allow_private": True}
        return {"plugin": "http", "settings": settings, "http": http, "policies": policies}

    return {
        "version": 1,
        "daemon": {"port": 0},
        "shared": {"service": "redis"},
        "services": {
            "redis": {"settings": {"url": "redis://127.0.0.1:6379/0", "shared_prefix": prefix}},
            "one": service("limited", rate=[{"limit": f"{LIMIT}/h", "burst": LIMIT}]),
            "two": service(
                "broken", retry={"attempts": 1}, breaker={"minimum_calls": 5, "open_for": "10m"}
            ),
            "three": service("kept", cache={"ttl": "10m"}),
        },
    }


def _call(daemon: Daemon, tool: str) -> dict[str, Any]:
    with daemon.http() as http:
        body = {"arguments": {}, "timeout": 10}
        answer: dict[str, Any] = http.post(f"/api/v1/tools/{tool}/call", json=body).json()
    return answer


def test_two_processes_keep_one_limit_one_breaker_and_one_cache(
    pair: tuple[Daemon, Daemon], api: Api
) -> None:
    one, two = pair
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: _call(pair[n % 2], "one.limited"), range(3 * LIMIT)))
    assert api.asked["/limited"] == LIMIT == sum("result" in answer for answer in answers)

    for _ in range(5):
        _call(one, "two.broken")
    asked = api.asked["/broken"]
    assert asked == 5
    two.until("services", _opened)
    assert _call(two, "two.broken")["code"] == "circuit-open"
    assert api.asked["/broken"] == asked

    assert _call(one, "three.kept") == {"result": {"n": 1}} == _call(two, "three.kept")
    assert api.asked["/kept"] == 1


def _opened(told: Any) -> bool:
    (two,) = (service for service in told["items"] if service["name"] == "two")
    return bool(two["gates"]["breaker"]) and two["gates"]["breaker"]["state"] == "open"
