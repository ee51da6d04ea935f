"""A real Chromium before a real daemon; one of each for all tests of a module.

The daemon goes on from test to test, so a test looks only at what it has made itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from ..conftest import Daemon
from ..end_to_end.conftest import LEDGER

VIEWER = "a-token-that-may-only-look"
CONFIG = """
version: 1
daemon: {{port: 0, look: 200ms}}
services:
  ledger:
    settings: {{file: {file}}}
    policies: {{rate: [{{limit: 500/s}}], concurrency: 1000, breaker: {{failure_rate: 1}}}}
  fragile:
    plugin: ledger
    settings: {{file: {file}}}
    policies: {{attempt_timeout: 1ms, retry: {{attempts: 1}}, breaker: {{minimum_calls: 1, open_for: 1h}}}}
workflows: {{paths: [workflows/*.yaml]}}
queues: {{one: {{concurrency: 1}}}}
schedules:
  rarely: {{cron: "0 0 29 2 *", start: entry, with: {{text: rare}}}}
alerts:
  never: {{when: dead_letters > 1000000}}
api:
  tokens: [{{name: guest, sha256: {viewer}, role: viewer}}]
"""
ENTRY = """
workflow: entry
description: Write an entry.
input:
  type: object
  required: [text]
  properties:
    text: {type: string, description: What is written.}
    sign: {type: boolean, default: false}
steps:
  - {id: put, call: ledger.put, with: {entry: "${{ input.text }}"}}
  - id: sign
    when: input.sign
    approve: "Sign ${{ input.text }}?"
    form: {type: object, required: [name], properties: {name: {type: string}}}
return: "${{ steps.put.entry }}"
"""
BROKEN = """
workflow: broken
input: {type: object, properties: {reason: {type: string, default: "<b>no</b>"}}}
steps:
  - id: put
    call: ledger.put
    with: {entry: before}
    compensate: {call: ledger.put, with: {entry: taken back}}
  - id: both
    parallel:
      left: [{id: one, call: ledger.put, with: {entry: one}}]
      right: [{id: two, call: ledger.put, with: {entry: two}}]
  - id: refuse
    when: input.reason != "fine"
    call: ledger.refuse
    with: {reason: "${{ input.reason }}"}
    retry: {attempts: 2, backoff: 200ms, on: [any]}
"""
CHOOSE = """
workflow: choose
steps:
  - id: choose
    approve: What goes out?
    form:
      type: object
      required: [channels, names]
      properties:
        channels: {type: array, items: {type: string, enum: [web, mail, chat]}}
        names: {type: array, items: {type: string}, description: Who signs.}
        notes: {type: array, items: {type: object, properties: {text: {type: string}}}}
        place: {type: object, required: [town], properties: {town: {type: string}, room: {type: integer}}}
return: "${{ steps.choose.values }}"
"""
LONG = "a_workflow_whose_name_has_no_blank_and_is_longer_than_a_phone_is_wide"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        if os.environ.get("INTERLOCK_TEST_REQUIRE_SERVICES") == "1":
            pytest.fail("needs chromium: apt-get install chromium")
        pytest.skip("needs chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    folder = tmp_path_factory.mktemp("dashboard")
    site = folder / "site"
    info = site / "interlock_ledger-0.1.dist-info"
    info.mkdir(parents=True)
    (site / "interlock_ledger.py").write_text(LEDGER)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: interlock-ledger\nVersion: 0.1\n")
    (info / "entry_points.txt").write_text("[interlock.plugins]\nledger = interlock_ledger\n")
    (folder / "workflows").mkdir()
    (folder / "workflows/entry.yaml").write_text(ENTRY)
    (folder / "workflows/broken.yaml").write_text(BROKEN)
    (folder / "workflows/choose.yaml").write_text(CHOOSE)
    long = BROKEN.replace("workflow: broken", f"workflow: {LONG}")
    (folder / "workflows/long.yaml").write_text(long)
    viewer = hashlib.sha256(VIEWER.encode()).hexdigest()
    config = CONFIG.format(file=folder / "ledger.txt", viewer=viewer)
    (folder / "interlock.yaml").write_text(config)
    daemon = Daemon(folder, {"PYTHONPATH": str(site)}).start()
    yield daemon
    daemon.kill()


def token_of(daemon: Daemon) -> str:
    token: str = json.loads((daemon.folder / ".interlock/daemon.json").read_text())["token"]
    return token


@pytest.fixture(scope="module")
def signed_in(browser: Browser, daemon: Daemon) -> Any:
    """The cookies of somebody who has signed in."""
    context = browser.new_context(base_url=daemon.url)
    sign_in(context.new_page(), token_of(daemon))
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def context(browser: Browser, daemon: Daemon, signed_in: Any) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=daemon.url, storage_state=signed_in)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Signed in, on the overview; whatever the browser complains of fails the test."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.extend(_complaint(said)))
    page.goto("/")
    page.get_by_role("heading", name="Overview").wait_for()
    yield page
    assert complaints == []


def _complaint(said: Any) -> list[str]:
    # What the API refuses, and that it does not answer, is told on the page.
    expected = any(each in said.text for each in ("status of 4", "status of 503", "ERR_INTERNET"))
    return [said.text] if said.type == "error" and not expected else []


def sign_in(page: Page, token: str) -> None:
    page.goto("/")
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Overview").wait_for()


@pytest.fixture
def start(daemon: Daemon) -> Callable[..., str]:
    """Start a run without a browser; its id."""

    def start(workflow: str, **values: Any) -> str:
        with daemon.http() as http:
            answer = http.post(f"/api/v1/workflows/{workflow}/start", json={"input": values})
        run: str = answer.json()["run_id"]
        return run

    return start
