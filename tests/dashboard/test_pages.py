"""Every page: for everybody, on every screen, and no larger than it has to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, expect

from ..conftest import Daemon
from .conftest import LONG, sign_in, token_of

STATIC = Path(__file__).parents[2] / "core/src/interlock/dashboard/static"
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
PAGES = {
    "": "Overview",
    "runs": "Runs",
    "approvals": "Approvals",
    "dead-letters": "Dead letters",
    "workflows": "Workflows",
    "schedules": "Schedules",
    "queues": "Queues",
    "services": "Services",
    "tools": "Tools",
    "plugins": "Plugins",
    "actors": "Actors",
    "alerts": "Alerts",
    "log": "Log",
    "config": "Configuration",
    "audit": "Audit",
}


@pytest.fixture(scope="module")
def everything(daemon: Daemon) -> list[str]:
    """All paths, and something to be seen on each of them."""
    runs = []
    with daemon.http() as http:
        for workflow, values in (
            ("entry", {"text": "t", "sign": True}),
            ("broken", {}),
        ):
            answer = http.post(f"/api/v1/workflows/{workflow}/start", json={"input": values})
            runs.append(answer.json()["run_id"])
    more = ["workflows/broken", "services/ledger", "tools/ledger.put", "nowhere"]
    return [*PAGES, *more, *(f"runs/{run}" for run in runs)]


@pytest.fixture(scope="module")
def inspected(browser: Browser, daemon: Daemon) -> Iterator[Page]:
    """A page into which a script may be put."""
    context = browser.new_context(base_url=daemon.url, bypass_csp=True)
    page = context.new_page()
    sign_in(page, token_of(daemon))
    yield page
    context.close()


def shown(page: Page, path: str) -> None:
    page.goto(f"/ui/{path}")
    page.get_by_role("heading", level=1).wait_for()
    expect(page.locator("main .loading")).to_have_count(0)


@pytest.mark.timeout(180)  # twenty pages, each looked through twice
def test_axe_finds_nothing_on_any_page_in_light_and_dark(
    inspected: Page, everything: list[str]
) -> None:
    inspected.set_viewport_size({"width": 1280, "height": 800})
    for path in everything:
        shown(inspected, path)
        for step in inspected.locator(".steps summary").all()[:3]:
            step.click()
        inspected.evaluate(AXE)
        for shade in ("light", "dark"):
            inspected.evaluate(f"document.documentElement.dataset.shade = '{shade}'")
            only = "" if shade == "light" else ", runOnly: ['color-contrast']"
            found = inspected.evaluate(f"axe.run({{resultTypes: ['violations']{only}}})")[
                "violations"
            ]
            said = [(each["id"], each["nodes"][0]["html"]) for each in found]
            assert said == [], (path, shade)


def test_axe_finds_nothing_in_a_dialog_or_a_menu(inspected: Page) -> None:
    inspected.set_viewport_size({"width": 390, "height": 800})
    shown(inspected, "runs")
    inspected.get_by_role("button", name="Menu").click()
    inspected.evaluate(AXE)
    assert inspected.evaluate("axe.run()")["violations"] == []
    inspected.keyboard.press("Escape")
    inspected.get_by_role("button", name="Start a run").click()
    inspected.get_by_role("dialog").wait_for()
    assert inspected.evaluate("axe.run()")["violations"] == []


@dataclass(frozen=True)
class Visit:
    """A page on a phone: how wide it is, and the scripts it ran with their sizes as sent."""

    width: int
    scripts: list[tuple[str, int]]


@pytest.fixture(scope="module")
def visits(
    browser: Browser, signed_in: Any, everything: list[str], daemon: Daemon
) -> dict[str, Visit]:
    """Each path, looked at once, when there is a run with a name as long as a line."""
    with daemon.http() as http:
        run = http.post(f"/api/v1/workflows/{LONG}/start", json={"input": {}}).json()["run_id"]
    daemon.until(f"runs/{run}", lambda found: found["status"] == "failed")
    context = browser.new_context(
        base_url=daemon.url, storage_state=signed_in, viewport={"width": 390, "height": 800}
    )
    page = context.new_page()
    found = {}
    for path in everything:
        shown(page, path)
        sizes = page.evaluate(
            "performance.getEntriesByType('resource').filter((each) => each.name.endsWith('.js'))"
            ".map((each) => [each.name, each.encodedBodySize])"
        )
        width = page.evaluate("document.documentElement.scrollWidth")
        found[path] = Visit(width, [(name.rpartition("/")[2], size) for name, size in sizes])
    context.close()
    return found


def test_nothing_is_wider_than_a_phone(visits: dict[str, Visit]) -> None:
    assert {path: visit.width for path, visit in visits.items() if visit.width > 390} == {}


def test_a_phone_gets_everywhere_by_the_menu(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    link = page.get_by_role("link", name="Schedules")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Schedules")
    expect(link).to_be_hidden()


def test_every_page_is_reached_without_a_mouse(page: Page) -> None:
    for name in PAGES.values():
        page.locator("nav").get_by_role("link", name=name).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        expect(page).to_have_title(f"{name} – Interlock")
    page.get_by_role("button", name="Light or dark").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.documentElement.dataset.shade") == "dark"


def test_what_has_the_focus_keeps_it_while_the_page_changes(page: Page, daemon: Daemon) -> None:
    shown(page, "schedules")
    page.get_by_role("button", name="Pause").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    page.get_by_role("button", name="Fire now").focus()
    page.get_by_role("button", name="Fire now").press("Enter")
    expect(page.get_by_role("row").filter(has_text="rarely").get_by_role("link")).to_be_visible()
    assert page.evaluate("document.activeElement.textContent") == "Fire now"
    page.get_by_role("button", name="Resume").click()


def test_the_script_is_small(visits: dict[str, Visit]) -> None:
    """All of it as it is sent, and of any page as it is run."""
    sent: dict[str, int] = {}
    for path, visit in visits.items():
        assert sum((STATIC / name).stat().st_size for name, _ in visit.scripts) <= 50_000, path
        for name, size in visit.scripts:
            sent[name] = max(sent.get(name, 0), size)
    assert len(sent) == len(list(STATIC.glob("*.js")))
    assert 0 < sum(sent.values()) <= 50_000
