"""Run a plugin's blocking code in a thread that can be left behind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Raised:
    error: BaseException


@dataclass(frozen=True, slots=True)
class Returned(Generic[T]):
    value: T


async def outcome_of(work: Callable[[], T], name: str) -> Raised | Returned[T]:
    """What ``work`` returned or raised, SystemExit included.

    It has a thread of its own, which is left behind when the waiting is cancelled. The worker
    threads of anyio and asyncio are joined when the process ends, and so would keep it alive.
    """
    loop = asyncio.get_running_loop()
    settled: asyncio.Future[Raised | Returned[T]] = loop.create_future()

    def settle(outcome: Raised | Returned[T]) -> None:
        if not settled.done():
            settled.set_result(outcome)

    def run() -> None:
        outcome = _outcome(work)
        # The loop is closed if nobody waits any more.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, outcome)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await settled


def _outcome(work: Callable[[], T]) -> Raised | Returned[T]:
    try:
        return Returned(work())
    except BaseException as error:  # noqa: BLE001 - a SystemExit of a plugin must not end us
        return Raised(error)
