"""Why a program ended: what real servers say, of which the last line is the least."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from typing import Any

import pytest

from interlock_mcp.last_words import LastWords
from interlock_mcp.stderr import logged

NODE = """\
file:///srv/hubspot/dist/clients.js:10
            throw new Error('HubSpot access token is required.');
                  ^

Error: HubSpot access token is required. Set PRIVATE_APP_ACCESS_TOKEN.
    at new HubSpotClient (file:///srv/hubspot/dist/clients.js:10:19)
    at async ModuleLoader.import (node:internal/modules/esm/loader:329:24)

Node.js v20.20.2"""
PYTHON = """\
Traceback (most recent call last):
  File "/srv/bin/sqlite", line 8, in <module>
    sys.exit(main())
             ^^^^^^
AttributeError: 'Server' object has no attribute 'list_resources'"""
JSON = """\
Server error: [
  {
    "code": "too_small",
    "message": "Elasticsearch URL cannot be empty",
    "path": [
      "url"
    ]
  }
]"""
USAGE = """\
starting
Error: No access token was provided.
Run `sentry-mcp auth login` first.
Usage: sentry-mcp [--access-token=<token>]
  --host <host>    Required for self-hosted instances"""
WRAPPED = """\
{"level":"fatal","message":"Either XOXP_TOKEN or XOXB_TOKEN is required"}
node:child_process:930
    throw err;
Error: Command failed: /srv/slack
  status: 1,
}
Node.js v20.20.2"""


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (NODE, "Error: HubSpot access token is required. Set PRIVATE_APP_ACCESS_TOKEN."),
        (PYTHON, "AttributeError: 'Server' object has no attribute 'list_resources'"),
        (JSON, 'Server error: [; "message": "Elasticsearch URL cannot be empty"'),
        (
            USAGE,
            (
                "Error: No access token was provided.; Run `sentry-mcp auth login` first.; "
                "Usage: sentry-mcp [--access-token=<token>]"
            ),
        ),
        (
            WRAPPED,
            (
                '{"level":"fatal","message":"Either XOXP_TOKEN or XOXB_TOKEN is required"}; '
                "Error: Command failed: /srv/slack"
            ),
        ),
        ("one\ntwo\nPlease provide a token\nfor this", "two; Please provide a token; for this"),
        ("    at least this", "at least this"),
        ("", ""),
    ],
)
def test_the_reason_is_found_among_the_last_lines(said: str, reason: str) -> None:
    words = LastWords()
    words.hear("Error: of another life")
    words.forget()
    for line in said.splitlines():
        words.hear(line)
    assert words.reason() == reason


def test_a_long_reason_is_cut() -> None:
    words = LastWords()
    words.hear("error " * 100)
    assert len(words.reason()) == 301


async def test_all_that_was_said_is_heard_before_the_end_also_of_a_failure() -> None:
    heard: list[str] = []
    lines = [str(number) for number in range(2000)]
    with suppress(EOFError):
        async with logged(logging.getLogger("test"), [], heard.append) as file:
            os.write(file.fileno(), "\n".join(lines).encode())
            raise EOFError
    assert heard == lines


async def test_orders_to_a_terminal_are_not_passed_on(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    heard: list[Any] = []
    async with logged(logging.getLogger("test"), ["s3cret"], heard.append) as file:
        os.write(
            file.fileno(), b"\x1b[31mno key s3\x1b[0mcret\x1b[39m\x1b]0;title\x07\tend\r\n\x1b[2J\n"
        )
    assert heard == ["no key ***\tend"]
    assert caplog.messages == ["stderr: no key ***\tend"]
