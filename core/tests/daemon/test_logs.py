"""What is written into the log, and what is not."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from opentelemetry.sdk.trace import SpanProcessor
from pydantic import SecretStr

from interlock.config import Secrets
from interlock.daemon import open_system
from interlock.daemon.logs import JsonLines, Logs, Shape, TextLines
from interlock.telemetry import Telemetry

CONFIG = """
version: 1
daemon: {{state_dir: {folder}/state, log_level: info, log_format: json}}
services:
  figma: {{settings: {{token: figd_hush_hush, base_url: "http://127.0.0.1:1"}}, http: {{allow_private: true}}}}
"""


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, which is put back as it was."""
    logger = logging.getLogger()
    before = logger.handlers, logger.level
    yield logger
    logger.handlers, logger.level = before


def line(message: str, *arguments: object, **more: Any) -> dict[str, Any]:
    shape = Shape(Secrets([SecretStr("figd_hush_hush"), SecretStr("abc")]))
    record = logging.LogRecord("a", logging.INFO, __file__, 1, message, arguments, None)
    vars(record).update(more)
    told: dict[str, Any] = orjson.loads(JsonLines(shape).format(record))
    return told


def test_secrets_are_stars_wherever_they_stand() -> None:
    assert line("sent figd_hush_hush")["message"] == "sent ***"
    assert line("sent %s", "figd_hush_hush")["message"] == "sent ***"
    assert line("x", header="token figd_hush_hush")["header"] == "token ***"
    # What is so short stands in ordinary words as well.
    assert line("abc")["message"] == "abc"


def test_what_looks_like_a_secret_is_hidden_as_well() -> None:
    assert line("Authorization: Bearer eyJhbGciOi.x.y")["message"] == "Authorization: Bearer***"
    said = line("GET /a?api_key=12345&page=2 and ?access_token=zzz")["message"]
    assert said == "GET /a?api_key=***&page=2 and ?access_token=***"


def test_a_line_names_the_trace_it_belongs_to() -> None:
    telemetry = Telemetry(processors=[SpanProcessor()])
    with telemetry.span("work"):
        trace = (telemetry.current() or "").split("-")[1]
        assert line("x")["trace"] == trace
    assert "trace" not in line("x")


def test_for_people_a_line_is_text_and_names_the_run() -> None:
    record = logging.LogRecord("a.b", logging.WARNING, __file__, 1, "it waits", None, None)
    record.run = "01M8"
    assert TextLines(Shape()).format(record).endswith("WARNING a.b: it waits (run 01M8)")


def test_what_others_say_makes_no_line_of_its_own_and_moves_no_terminal() -> None:
    said = "refused: no\x1b[2J\n12:30:01 INFO    a.b: all is well"
    record = logging.LogRecord("a.b", logging.WARNING, __file__, 1, said, None, None)
    first, forged = TextLines(Shape()).format(record).split("\n")
    assert first.endswith("refused: no\\x1b[2J")
    assert forged == "    12:30:01 INFO    a.b: all is well"


async def test_the_daemon_keeps_its_lines_without_its_secrets(
    tmp_path: Path, root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "interlock.yaml"
    path.write_text(CONFIG.format(folder=tmp_path))
    logs = Logs()
    async with open_system(path, logs=logs) as system:
        logging.getLogger("x").info("the token is figd_hush_hush")
        found = system.runtime.log_lines(level="info", text="the token", limit=10)
        assert [each["message"] for each in found] == ["the token is ***"]
        assert root.level == logging.INFO
    assert "figd_hush_hush" not in capsys.readouterr().err
