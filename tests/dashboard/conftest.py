"""A real Chromium before a real daemon."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from ..conftest import Daemon
from ..end_to_end.conftest import LEDGER

CONFIG = """
version: 1
daemon: {{port: 0}}
services:
  ledger:
    settings: {{file: {file}}}
workflows: {{paths: [workflows/*.yaml]}}
queues: {{one: {{concurrency: 1}}}}
schedules:
  rarely: {{cron: "0 0 29 2 *", start: entry, with: {{text: rare}}}}
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
steps:
  - {id: put, call: ledger.put, with: {entry: before}}
  - {id: refuse, call: ledger.refuse, with: {reason: "<b>no</b>"}}
"""
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


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    site = tmp_path / "site"
    info = site / "interlock_ledger-0.1.dist-info"
    info.mkdir(parents=True)
    (site / "interlock_ledger.py").write_text(LEDGER)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: interlock-ledger\nVersion: 0.1\n")
    (info / "entry_points.txt").write_text("[interlock.plugins]\nledger = interlock_ledger\n")
    monkeypatch.setenv("PYTHONPATH", str(site))
    return tmp_path / "ledger.txt"


@pytest.fixture
def daemon(daemon_in: Callable[..., Daemon], ledger: Path) -> Daemon:
    config = CONFIG.format(file=ledger)
    return daemon_in(config, workflows__entry=ENTRY, workflows__broken=BROKEN)


def token_of(daemon: Daemon) -> str:
    token: str = json.loads((daemon.folder / ".interlock/daemon.json").read_text())["token"]
    return token


@pytest.fixture
def page(browser: Browser, daemon: Daemon) -> Iterator[Page]:
    """Signed in, on the overview; whatever the browser complains of fails the test."""
    context = browser.new_context(base_url=daemon.url)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.extend(_complaint(said)))
    sign_in(page, token_of(daemon))
    yield page
    context.close()
    assert complaints == []


def _complaint(said: Any) -> list[str]:
    # What the API refuses is told on the page.
    expected = "status of 4" in said.text or "status of 503" in said.text
    return [said.text] if said.type == "error" and not expected else []


def sign_in(page: Page, token: str) -> None:
    page.goto("/")
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Overview").wait_for()
