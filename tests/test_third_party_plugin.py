"""What a stranger does: write a distribution, build it, install it, use it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

PLUGINS = Path(__file__).parent / "plugins"
SOURCE = PLUGINS / "weather" / "src" / "interlock_weather" / "__init__.py"
WEATHER = {"Bern": {"temperature": 7.5, "sky": "fog"}}


class Vendor(BaseHTTPRequestHandler):
    """Answers whom it knows."""

    def do_GET(self) -> None:
        allowed = self.headers["Authorization"] == "Bearer t0ken"
        city = parse_qs(urlsplit(self.path).query)["city"][0]
        body = json.dumps(WEATHER.get(city)).encode()
        self.send_response(200 if allowed else 401)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def vendor() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Vendor) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the plugin's wheel is installed."""
    folder = tmp_path_factory.mktemp("weather")
    uv("build", "--wheel", "--out-dir", folder / "wheels", PLUGINS / "weather")
    wheel = next((folder / "wheels").glob("*.whl"))
    uv(
        "pip",
        "install",
        "--python",
        sys.executable,
        "--no-deps",
        "--target",
        folder / "site",
        wheel,
    )
    return folder / "site"


def uv(*words: object) -> None:
    done = subprocess.run(
        ["uv", "--offline", *map(str, words)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def call(folder: Path, url: str, city: str) -> dict[str, Any]:
    script = PLUGINS / "call_weather.py"
    done = subprocess.run(
        [sys.executable, str(script), str(folder), url, city],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def test_a_wheel_is_found_by_its_entry_point_and_its_tool_called(
    installed: Path, vendor: str
) -> None:
    seen = call(installed, vendor, "Bern")

    assert seen["result"] == {"celsius": 7.5, "sky": "fog"}
    assert seen["plugin"]["state"] == "ready"
    assert seen["plugin"]["distribution"] == "interlock-weather"
    assert seen["plugin"]["version"] == "1.0.0"


def test_its_signature_and_docstring_are_its_schema(installed: Path, vendor: str) -> None:
    tool = call(installed, vendor, "Bern")["tool"]

    assert tool["description"] == "The weather right now."
    assert tool["input_schema"]["required"] == ["city"]
    assert tool["input_schema"]["properties"]["city"]["description"].startswith("name of the city")
    assert set(tool["output_schema"]["properties"]) == {"celsius", "sky"}
    assert tool["aliases"] == ["current_weather"]


def test_its_errors_reach_the_caller(installed: Path, vendor: str) -> None:
    problem = call(installed, vendor, "Atlantis")["result"]

    assert problem["code"] == "not-found"
    assert problem["message"] == "no weather for Atlantis"


def test_the_whole_plugin_is_short() -> None:
    assert len(SOURCE.read_text(encoding="utf-8").splitlines()) < 40
