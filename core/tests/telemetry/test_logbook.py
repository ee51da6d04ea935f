"""The last lines of the log, and those that come."""

import logging
from typing import Any

import anyio
import pytest

from interlock.sdk import RealWorld
from interlock.telemetry import LogBook


def shaped(record: logging.LogRecord) -> dict[str, Any]:
    return {
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": record.getMessage(),
    }


@pytest.fixture
def book() -> LogBook:
    return LogBook(shaped)


def say(book: LogBook, message: str, level: int = logging.INFO, logger: str = "a.b") -> None:
    book.handle(logging.LogRecord(logger, level, __file__, 1, message, None, None))


def messages(lines: list[dict[str, Any]]) -> list[str]:
    return [line["message"] for line in lines]


def test_lines_are_found_by_how_severe_they_are_and_by_what_they_say(book: LogBook) -> None:
    say(book, "one thing")
    say(book, "another Thing", logging.WARNING)
    say(book, "the third", logging.ERROR, logger="things")
    assert messages(book.lines(level="warning")) == ["another Thing", "the third"]
    assert messages(book.lines(text="thing")) == ["one thing", "another Thing", "the third"]
    assert messages(book.lines(text="thing", limit=1)) == ["the third"]
    assert messages(book.lines(after=1)) == ["another Thing", "the third"]


def test_only_the_last_lines_are_kept(book: LogBook) -> None:
    for number in range(1005):
        say(book, str(number))
    lines = book.lines()
    assert (len(lines), lines[0]["message"], lines[-1]["number"]) == (1000, "5", 1005)


async def test_a_follower_gets_what_comes_once_and_in_order(book: LogBook) -> None:
    say(book, "before")
    heard: list[str] = []

    async def follow() -> None:
        async for line in book.follow(RealWorld(), text="heard"):
            heard.append(line["message"])
            say(book, f"heard {len(heard) + 1}")
            if len(heard) == 3:
                return

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(follow)
        await anyio.lowlevel.checkpoint()
        say(book, "heard 1")
        say(book, "not for us")
    assert heard == ["heard 1", "heard 2", "heard 3"]


async def test_a_follower_misses_nothing_after_what_he_has_read(book: LogBook) -> None:
    for each in range(3):
        say(book, f"line {each}")
    (known,) = book.lines(text="line 0")

    following = book.follow(RealWorld(), after=known["number"])

    assert [(await anext(following))["message"] for _ in range(2)] == ["line 1", "line 2"]
