"""What people do with the pages."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from ..conftest import Daemon
from .conftest import sign_in, token_of

STATIC = Path(__file__).parents[2] / "core/src/interlock/dashboard/static"


def test_a_run_is_started_from_its_form_and_watched(page: Page) -> None:
    page.get_by_role("link", name="Runs").click()
    page.get_by_role("button", name="Start a run").click()
    page.get_by_label("Workflow", exact=True).select_option("entry")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="Look at “text”")).to_be_visible()
    page.get_by_label("text", exact=False).first.fill("hello")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("heading", name="entry succeeded")).to_be_visible()
    expect(page.get_by_role("rowheader", name="put", exact=True)).to_be_visible()
    expect(page.locator("rect.bar.good")).to_have_count(1)


def test_an_approval_is_answered_with_its_form(page: Page, daemon: Daemon) -> None:
    run = daemon.json("start", "entry", "--arg", "text=a", "--arg", "sign=true")["run_id"]
    page.goto(f"/ui/runs/{run}")
    page.get_by_role("link", name="Sign a?").click()
    page.get_by_role("button", name="approve").click()
    expect(page.get_by_text("Look at “name”")).to_be_visible()
    page.get_by_label("name", exact=False).first.fill("Ada")
    page.get_by_role("button", name="approve").click()
    expect(page.get_by_text("Nobody is asked anything.")).to_be_visible()
    page.goto(f"/ui/runs/{run}")
    expect(page.get_by_role("heading", name="entry succeeded")).to_be_visible()


def test_a_failed_run_tells_why_is_retried_and_forked(page: Page, daemon: Daemon) -> None:
    run = daemon.json("start", "broken")["run_id"]
    page.goto(f"/ui/runs/{run}")
    expect(page.get_by_role("heading", name="broken failed")).to_be_visible()
    # What a service says is text, whatever it looks like.
    expect(page.get_by_text("<b>no</b>").first).to_be_visible()
    page.get_by_role("button", name="Retry").click()
    page.get_by_role("button", name="Fork", exact=True).click()
    page.get_by_label("Do anew from").select_option("refuse")
    page.locator("dialog").get_by_role("button", name="Fork").click()
    page.wait_for_url(re.compile(rf"/ui/runs/(?!{run})"))
    expect(page.get_by_text(f"fork:{run}")).to_be_visible()


def test_runs_are_cancelled_together(page: Page, daemon: Daemon) -> None:
    for text in "ab":
        daemon.command("start", "entry", "--arg", f"text={text}", "--arg", "sign=true")
    page.goto("/ui/runs")
    page.get_by_label("Status").select_option("waiting")
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(2)
    for number in range(2):
        boxes.nth(number).check()
    page.get_by_role("button", name="cancel").click()
    page.get_by_label("Status").select_option("cancelled")
    expect(page.get_by_role("row").filter(has_text="cancelled")).to_have_count(2)


def test_a_dead_letter_is_discarded(page: Page, daemon: Daemon) -> None:
    daemon.command("start", "broken", "--wait", check=False)
    page.get_by_role("link", name="Dead letters").first.click()
    page.get_by_role("button", name="Discard").click()
    page.locator("dialog").get_by_role("button", name="Discard").click()
    expect(page.get_by_text("Everything could be handled.")).to_be_visible()


def test_a_service_is_paused_and_a_tool_is_tried(page: Page) -> None:
    page.get_by_role("link", name="Services").click()
    page.get_by_role("button", name="pause").click()
    expect(page.get_by_text("◷ paused")).to_be_visible()
    page.goto("/ui/tools/ledger.put")
    page.get_by_label("entry", exact=False).first.fill("x")
    page.get_by_role("button", name="Call").click()
    expect(page.get_by_text("paused by an operator")).to_be_visible()
    page.goto("/ui/services")
    page.get_by_role("button", name="resume").click()
    page.goto("/ui/tools/ledger.put")
    page.get_by_label("entry", exact=False).first.fill("x")
    page.get_by_role("button", name="Call").click()
    expect(page.get_by_text("answered in")).to_be_visible()


def test_every_page_shows_and_needs_no_mouse(page: Page) -> None:
    names = ["Runs", "Services", "Approvals", "Schedules", "Queues", "Tools", "Plugins"]
    for name in names:
        page.get_by_role("link", name=name, exact=True).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        expect(page).to_have_title(f"{name} – Interlock")
    page.get_by_role("button", name="Light or dark").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.documentElement.dataset.shade") == "dark"


def test_a_phone_is_wide_enough(page: Page, daemon: Daemon) -> None:
    run = daemon.json("start", "broken")["run_id"]
    page.set_viewport_size({"width": 390, "height": 800})
    for path in (
        "",
        "runs",
        f"runs/{run}",
        "services",
        "tools",
        "tools/ledger.put",
        "dead-letters",
    ):
        page.goto(f"/ui/{path}")
        page.get_by_role("heading", level=1).wait_for()
        page.wait_for_timeout(100)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, path


def test_signing_out_ends_the_session(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/ui/runs")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_wrong_token_is_refused_and_nothing_is_kept(browser: Browser, daemon: Daemon) -> None:
    context = browser.new_context(base_url=daemon.url)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Token").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("token")
    assert context.cookies() == []
    sign_in(page, token_of(daemon))
    (cookie,) = context.cookies()
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict"
    assert token_of(daemon) not in cookie["value"]
    assert page.evaluate("JSON.stringify(localStorage)") == "{}"
    context.close()


def test_another_page_cannot_use_the_session(page: Page, daemon: Daemon) -> None:
    cookies = {each["name"]: each["value"] for each in page.context.cookies()}
    with daemon.http() as http:
        del http.headers["Authorization"]
        http.cookies.update(cookies)
        own = {"Origin": daemon.url}
        assert http.get("/api/v1/runs", headers=own).status_code == 200
        for foreign in ({"Origin": "http://127.0.0.1:1"}, {"Sec-Fetch-Site": "same-site"}):
            assert (
                http.post("/api/v1/events", json={"name": "a.b"}, headers=foreign).status_code
                == 403
            )
        assert http.post("/api/v1/events", json={"name": "a.b"}).status_code == 403


def test_the_script_is_small() -> None:
    assert sum(file.stat().st_size for file in STATIC.glob("*.js")) <= 50_000
