"""Notice when somebody blocks the event loop, and say who.

Nothing on the loop can do that while it is blocked, so a thread looks at the loop's heartbeat. A
blocking handler cannot be stopped, only named.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import traceback
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import dropwhile
from pathlib import Path
from types import FrameType
from typing import Any

from interlock.host.service_actor import ACTOR_PREFIX
from interlock.sdk import Service, World
from interlock.sdk.world import Timer

BEAT_SECONDS = 0.1
THRESHOLD_SECONDS = 0.25
_KEPT = 50

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Blockage:
    """One time that the loop stood still.

    Attributes:
        service: whose code it was; empty if it was none's.
        seconds: how long until it was noticed; it may have gone on.
        at: seconds since the epoch.
        stack: outermost call first, ``file:line in function``.
    """

    service: str
    task: str
    seconds: float
    at: float
    stack: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "service": self.service,
            "task": self.task,
            "seconds": self.seconds,
            "at": self.at,
            "stack": list(self.stack),
        }


class Watchdog:
    """Between :meth:`start` and :meth:`stop`; keeps the latest blockages."""

    def __init__(self, world: World) -> None:
        self.blockages: deque[Blockage] = deque(maxlen=_KEPT)
        self._world = world
        self._beaten = 0.0
        self._timer: Timer | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._loop_thread = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="loop-watchdog", daemon=True)

    def start(self) -> None:
        """Call on the loop that is to be watched."""
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        self._beat()
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        if self._timer is not None:
            self._timer.cancel()
            self._thread.join()

    def of(self, service: str) -> list[Blockage]:
        return [each for each in self.blockages if each.service == service]

    def _beat(self) -> None:
        self._beaten = self._world.monotonic()
        self._timer = self._world.call_later(BEAT_SECONDS, self._beat)

    def _watch(self) -> None:
        """The thread: report each blockage once, with the stack at the time it is noticed."""
        reported = 0.0
        while not self._ended.wait(BEAT_SECONDS):
            beaten = self._beaten
            late = self._world.monotonic() - beaten - BEAT_SECONDS
            if late > THRESHOLD_SECONDS and beaten != reported:
                reported = beaten
                self._report(late)

    def _report(self, seconds: float) -> None:
        frame = sys._current_frames().get(self._loop_thread)
        if frame is None:
            return
        frames = _within_the_loop(_summary(frame))
        if not frames or frames[-1].name == "select":
            return  # it is ready to go on: the machine is busy, not the loop
        running = asyncio.current_task(self._loop) if self._loop else None
        task = running.get_name() if running else ""
        stack = tuple(f"{each.filename}:{each.lineno} in {each.name}" for each in frames)
        service = _service_of(frame) or _service_named(task)
        blockage = Blockage(service, task, seconds, self._world.time(), stack)
        self.blockages.append(blockage)
        _log.error(
            "%s blocks the event loop, for %.2f s so far:\n  %s",
            f"service {blockage.service}" if blockage.service else blockage.task or "somebody",
            seconds,
            "\n  ".join(stack),
        )


def _summary(frame: FrameType) -> list[traceback.FrameSummary]:
    """The stack, outermost first; the text of its lines would be kept in memory for good."""
    calls = traceback.StackSummary.extract(traceback.walk_stack(frame), lookup_lines=False)
    return calls[::-1]


def _within_the_loop(stack: list[traceback.FrameSummary]) -> list[traceback.FrameSummary]:
    """Without the frames that every stack begins with: how the loop itself is run."""
    below = dropwhile(_is_of_asyncio, dropwhile(lambda each: not _is_of_asyncio(each), stack))
    return list(below)


def _is_of_asyncio(frame: traceback.FrameSummary) -> bool:
    return Path(frame.filename).parent.name == "asyncio"


def _service_of(frame: FrameType) -> str:
    """The service that a method on the stack belongs to; also in tasks that it has started."""
    for each in _outwards(frame):
        owner = each.f_locals.get("self")
        if isinstance(owner, Service) and hasattr(owner, "context"):
            return owner.context.name
    return ""


def _service_named(task: str) -> str:
    """The service that a task works for, while our own code handles what it has returned."""
    return task.removeprefix(ACTOR_PREFIX) if task.startswith(ACTOR_PREFIX) else ""


def _outwards(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back
