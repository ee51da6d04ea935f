"""Who is let in, and what a browser keeps of it."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from ..conftest import Daemon
from .conftest import sign_in, token_of


def test_signing_out_ends_the_session(browser: Browser, daemon: Daemon) -> None:
    context = browser.new_context(base_url=daemon.url)
    page = context.new_page()
    sign_in(page, token_of(daemon))
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/ui/runs")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    context.close()


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
