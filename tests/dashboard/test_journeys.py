"""What people do with the pages."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Browser, BrowserContext, Page, expect

from ..conftest import Daemon
from .conftest import VIEWER, sign_in

Start = Callable[..., str]


def test_a_run_is_started_from_its_form_and_watched(page: Page) -> None:
    page.get_by_role("link", name="Runs", exact=True).click()
    page.get_by_role("button", name="Start a run").click()
    page.locator("select").and_(page.get_by_label("Workflow", exact=True)).select_option("entry")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="Look at “text”")).to_be_visible()
    page.get_by_label("text (required)").fill("hello")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("heading", name="entry succeeded")).to_be_visible()
    page.locator(".steps summary").filter(has_text="put").click()
    expect(page.locator(".steps pre")).to_contain_text('"entry": "hello"')
    expect(page.locator(".steps i.good")).to_have_count(1)


def test_a_question_is_answered_where_the_run_is(page: Page, start: Start) -> None:
    run = start("entry", text="a paper", sign=True)
    page.goto(f"/ui/runs/{run}")
    card = page.locator("article").filter(has_text="Sign a paper?")
    card.get_by_role("button", name="approve").click()
    expect(card.get_by_text("Look at “name”")).to_be_visible()
    card.get_by_label("name (required)").fill("Ada")
    card.get_by_role("button", name="approve").click()
    expect(page.get_by_role("heading", name="entry succeeded")).to_be_visible()
    expect(card).to_have_count(0)


def test_a_question_leaves_the_inbox_and_the_count(page: Page, start: Start) -> None:
    start("entry", text="a letter", sign=True)
    page.get_by_role("link", name=re.compile("Approvals 1")).click()
    card = page.locator("article").filter(has_text="Sign a letter?")
    card.get_by_label("name (required)").fill("Ada")
    card.get_by_role("button", name="reject").click()
    expect(page.get_by_text("Nobody is asked anything.")).to_be_visible()
    expect(page.get_by_role("link", name="Approvals", exact=True)).to_be_visible()


def test_lists_and_objects_are_filled_in(page: Page, start: Start, daemon: Daemon) -> None:
    run = start("choose")
    page.goto(f"/ui/runs/{run}")
    card = page.locator("article").filter(has_text="What goes out?")
    channels = card.get_by_role("group", name="channels")
    channels.get_by_label("web").check()
    channels.get_by_label("chat").check()
    card.get_by_label("names (required)").fill("Ada\n\nGrace ")
    expect(card.get_by_text('As JSON, such as [{"text":"…"}]')).to_be_visible()
    card.get_by_label("notes").fill("none")
    card.get_by_role("button", name="approve").click()
    expect(card.get_by_text("This is not JSON.")).to_be_visible()
    card.get_by_label("notes").fill('[{"text": "new"}]')
    card.get_by_role("button", name="approve").click()
    expect(page.get_by_role("heading", name="choose succeeded")).to_be_visible()
    with daemon.http() as http:
        output = http.get(f"/api/v1/runs/{run}").json()["output"]
    assert output == {
        "channels": ["web", "chat"],
        "names": ["Ada", "Grace"],
        "notes": [{"text": "new"}],
    }


def test_a_failed_run_shows_tries_waits_and_what_was_undone(page: Page, start: Start) -> None:
    page.goto(f"/ui/runs/{start('broken')}")
    expect(page.get_by_role("heading", name="broken failed")).to_be_visible()
    # What a service says is text, whatever it looks like.
    expect(page.locator(".note").get_by_text("<b>no</b>")).to_be_visible()
    refused = page.locator(".steps details").filter(has_text="refuse")
    expect(refused.locator("i.bad")).to_have_count(2)
    expect(refused.locator("i.wait")).to_have_count(1)
    expect(page.locator(".steps details").filter(has_text="undo put").locator("i")).to_have_class(
        "undo"
    )
    graph = page.get_by_role("region", name="Graph of the workflow")
    expect(graph.locator(".node.bad")).to_contain_text("refuse")
    expect(graph.locator(".node.undo")).to_contain_text("put")
    expect(graph.locator(".branch")).to_have_count(2)


def test_a_failed_run_is_retried(page: Page, start: Start) -> None:
    page.goto(f"/ui/runs/{start('broken')}")
    page.get_by_role("button", name="Retry", exact=True).click()
    expect(page.get_by_text("It is tried again.")).to_be_visible()
    expect(page.get_by_role("heading", name="broken failed")).to_be_visible()


def test_a_run_goes_on_from_a_step_with_another_input(page: Page, start: Start) -> None:
    run = start("broken")
    page.goto(f"/ui/runs/{run}")
    expect(page.get_by_role("heading", name="broken failed")).to_be_visible()
    step = page.locator(".steps details").filter(has_text="refuse")
    step.locator("summary").click()
    step.get_by_role("button", name="Retry from here").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Do anew from")).to_have_value("refuse")
    dialog.get_by_label("Input as JSON").fill('{"reason": "fine"}')
    dialog.get_by_role("button", name="Start it").click()
    page.wait_for_url(re.compile(rf"/ui/runs/(?!{run})"))
    expect(page.get_by_role("heading", name="broken succeeded")).to_be_visible()
    expect(page.get_by_text("fork of")).to_be_visible()


def test_runs_are_found_chosen_and_cancelled_together(page: Page, start: Start) -> None:
    for number in range(2):
        start("entry", text=f"together {number}", sign=True)
    page.goto("/ui/runs")
    page.get_by_label("Search id, input, problem").fill("together")
    page.get_by_role("button", name=re.compile("^waiting")).click()
    assert "text=together&status=waiting" in page.url
    expect(page.locator("tbody tr")).to_have_count(2)
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_label("Choose all runs").check()
    expect(page.get_by_text("2 chosen")).to_be_visible()
    page.get_by_role("button", name="cancel").click()
    page.get_by_role("button", name="Cancel them").click()
    expect(page.get_by_text("No run fits.")).to_be_visible()
    page.get_by_role("button", name=re.compile("^all")).click()
    expect(page.get_by_role("row").filter(has_text="cancelled")).to_have_count(2)


def test_a_dead_letter_is_read_edited_and_replayed_another_discarded(
    page: Page, start: Start, daemon: Daemon
) -> None:
    start("broken", reason="first letter")
    start("broken", reason="second letter")
    page.goto("/ui/dead-letters")
    first = page.get_by_role("row").filter(has_text="first letter")
    first.get_by_role("button", name="Edit and replay").click()
    page.get_by_role("dialog").get_by_label("Input").fill('{"reason": "fine"}')
    page.get_by_role("dialog").get_by_role("button", name="Replay").click()
    page.get_by_role("link", name="a new run").click()
    expect(page.get_by_role("heading", name="broken succeeded")).to_be_visible()
    page.goto("/ui/dead-letters")
    second = page.get_by_role("row").filter(has_text="second letter")
    second.get_by_text(re.compile(r"Content, \d+ characters")).click()
    expect(second.get_by_role("group", name="Content")).to_contain_text('"code": "rejected"')
    second.get_by_role("checkbox").check()
    page.get_by_role("button", name="Discard them").click()
    page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    expect(second).to_have_count(0)
    expect(first).to_have_count(0)


def test_a_service_is_paused_and_a_tool_is_tried(page: Page) -> None:
    def call() -> None:
        page.goto("/ui/tools/ledger.put")
        page.get_by_label("entry (required)").fill("x")
        page.get_by_role("button", name="Call").click()

    page.goto("/ui/services")
    row = page.get_by_role("row").filter(has_text="of 1000")
    row.get_by_role("button", name="Pause").click()
    expect(row).to_contain_text("paused")
    call()
    expect(page.get_by_text("paused by an operator")).to_be_visible()
    page.goto("/ui/services/ledger")
    page.get_by_role("button", name="resume").click()
    call()
    expect(page.get_by_text("answered in")).to_be_visible()


def test_a_breaker_shows_what_it_did_and_is_reset(page: Page, daemon: Daemon) -> None:
    with daemon.http() as http:
        # Longer than a try may take.
        arguments = {"entry": "x", "seconds": 5}
        http.post("/api/v1/tools/fragile.put/call", json={"arguments": arguments})
    page.goto("/ui/services")
    page.get_by_role("link", name="fragile").click()
    history = page.locator(".history li")
    expect(history).to_have_count(1)
    expect(history).to_contain_text("open")
    page.get_by_role("button", name="Reset breaker").click()
    expect(history.first).to_contain_text("closed")


def test_what_happens_elsewhere_is_seen_without_a_reload(page: Page, start: Start) -> None:
    run = start("entry", text="seen from afar", sign=True)
    need = page.get_by_role("listitem").filter(has_text="Sign seen from afar?")
    expect(need).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=run[-8:])).to_contain_text("waiting")
    page.goto(f"/ui/runs/{run}")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("heading", name="entry paused")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("heading", name="entry waiting")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel it").click()
    expect(page.get_by_role("heading", name="entry cancelled")).to_be_visible()


def test_the_system_is_looked_into(page: Page, daemon: Daemon) -> None:
    page.goto("/ui/actors")
    expect(page.get_by_role("listitem").filter(has_text="service.ledger").last).to_be_visible()
    page.goto("/ui/alerts")
    expect(page.get_by_role("row").filter(has_text="never")).to_contain_text("quiet")
    page.goto("/ui/config")
    config = daemon.folder / "interlock.yaml"
    before = config.read_text()
    try:
        config.write_text(before.replace("1000000", "2000000"))
        page.get_by_role("button", name="What would change?").click()
        expect(page.get_by_text("Would change: alerts (never)")).to_be_visible()
        config.write_text(before.replace("start: entry", "start: entri"))
        page.get_by_role("button", name="Reload").click()
        expect(page.get_by_role("group", name="Faults")).to_contain_text("did you mean 'entry'?")
        with page.expect_response(lambda answer: "/log/watch" in answer.url):
            page.goto("/ui/log")
        expect(page.get_by_role("combobox")).to_have_value("info")
        config.write_text(before)
        with daemon.http() as http:
            http.post("/api/v1/config/reload", json={})
        # It was written after the page was there.
        expect(page.locator(".lines li").filter(has_text="reloaded").first).to_be_visible()
    finally:
        config.write_text(before)
    page.goto("/ui/audit")
    expect(page.get_by_role("row").filter(has_text="config.reload").first).to_be_visible()


def test_who_may_only_look_is_offered_nothing_else(
    browser: Browser, daemon: Daemon, start: Start
) -> None:
    run = start("broken")
    context = browser.new_context(base_url=daemon.url)
    page = context.new_page()
    sign_in(page, VIEWER)
    for path in ("runs", f"runs/{run}", "services", "dead-letters", "schedules"):
        page.goto(f"/ui/{path}")
        page.get_by_role("heading", level=1).wait_for()
        expect(page.locator("main .loading")).to_have_count(0)
        expect(page.locator("main .primary, main .actions button")).to_have_count(0)
        expect(page.locator("main").get_by_role("checkbox")).to_have_count(0)
    expect(page.get_by_role("link", name="Audit")).to_have_count(0)
    context.close()


def test_a_daemon_that_does_not_answer_is_told_and_come_back_to(
    page: Page, context: BrowserContext
) -> None:
    page.goto("/ui/services")
    expect(page.get_by_role("row").filter(has_text="fragile")).to_be_visible()
    context.set_offline(True)
    expect(page.get_by_text("What you see may be old.")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="fragile")).to_be_visible()
    context.set_offline(False)
    expect(page.get_by_text("What you see may be old.")).to_have_count(0)
