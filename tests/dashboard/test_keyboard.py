"""From signing in to an answer without a mouse."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Browser, Locator, Page, expect

from ..conftest import Daemon
from .conftest import token_of

_MOST = 60  # presses of Tab


def test_a_question_is_answered_by_keyboard_alone(
    browser: Browser, daemon: Daemon, start: Callable[..., str]
) -> None:
    start("entry", text="a cheque", sign=True)
    context = browser.new_context(base_url=daemon.url)
    page = context.new_page()
    page.goto("/")
    expect(page.get_by_label("Token")).to_be_focused()
    page.keyboard.type(token_of(daemon))
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Overview").wait_for()
    _tab_to(page, page.get_by_role("link", name=re.compile("^Approvals")))
    page.keyboard.press("Enter")
    card = page.locator("article").filter(has_text="Sign a cheque?")
    _tab_to(page, card.get_by_label("name (required)"))
    page.keyboard.type("Ada")
    _tab_to(page, card.get_by_role("button", name="approve"))
    page.keyboard.press("Enter")
    expect(card).to_have_count(0)
    context.close()


def _tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until ``wanted`` has the focus, which must be seen."""
    wanted.wait_for()
    for _ in range(_MOST):
        page.keyboard.press("Tab")
        if wanted.evaluate("each => each === document.activeElement"):
            outline = wanted.evaluate("each => getComputedStyle(each).outlineStyle")
            assert outline != "none", "nobody sees where the focus is"
            return
    raise AssertionError(f"{wanted} cannot be reached with Tab")
