"""Who is let in, and what a browser keeps of it."""

from __future__ import annotations

import httpx
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


def test_who_signs_in_and_out_is_on_record(daemon: Daemon) -> None:
    with daemon.http() as http:
        seen = len(_signed(http))
        own = {"Origin": daemon.url, "Authorization": ""}
        for token in ("wrong", token_of(daemon)):
            http.post("/ui/session", json={"token": token}, headers=own)
        assert http.delete("/ui/session", headers=own).status_code == 204
        assert http.delete("/ui/session", headers=own).status_code == 204
        entries = _signed(http)
    assert entries[: len(entries) - seen] == [
        ("local-admin", "session.close", "127.0.0.1", "ok"),
        ("local-admin", "session.open", "127.0.0.1", "ok"),
        ("anybody", "session.open", "127.0.0.1", "unauthorized"),
    ]


def _signed(http: httpx.Client) -> list[tuple[str, ...]]:
    """Entries about sessions, newest first."""
    entries = http.get("/api/v1/audit", params={"limit": 200}).json()["items"]
    told = ("actor", "action", "target", "outcome")
    return [
        tuple(each[key] for key in told) for each in entries if each["action"].startswith("session")
    ]


def test_the_head_of_a_page_says_how_long_it_is(daemon: Daemon) -> None:
    with daemon.http() as http:
        for path in ("/ui/", "/ui/app.js"):
            whole, head = http.get(path), http.head(path)
            assert head.headers["content-length"] == whole.headers["content-length"]
        refused = http.put("/ui/")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")


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
