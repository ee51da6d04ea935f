"""The last lines of the log, for whoever looks at them or follows them over the API."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from itertools import count
from typing import Any

from interlock.sdk import World

Line = dict[str, Any]

_KEPT = 1000
_EVERY = 0.5  # seconds between two looks of a follower


class LogBook(logging.Handler):
    """Keeps lines ``{number, at, level, logger, message, ...}``, whatever thread they come from.

    Args:
        shape: a record as a line, without secrets.
    """

    def __init__(self, shape: Callable[[logging.LogRecord], Line]) -> None:
        super().__init__()
        self._shape = shape
        self._numbers = count(1)
        self._lines: deque[Line] = deque(maxlen=_KEPT)

    def emit(self, record: logging.LogRecord) -> None:
        # Called under the handler's lock, so that numbers are in order.
        self._lines.append({"number": next(self._numbers), **self._shape(record)})

    def lines(
        self, *, level: str = "debug", text: str = "", after: int = 0, limit: int = _KEPT
    ) -> list[Line]:
        """The newest that are at least so severe and hold ``text``, the oldest of them first."""
        least, wanted = logging.getLevelName(level.upper()), text.lower()
        found = [
            line
            for line in list(self._lines)
            if line["number"] > after
            and logging.getLevelName(line["level"].upper()) >= least
            and (wanted in line["message"].lower() or wanted in line["logger"])
        ]
        return found[-limit:]

    async def follow(
        self, world: World, *, level: str = "debug", text: str = "", after: int | None = None
    ) -> AsyncIterator[Line]:
        """Lines after that of number ``after``, or from now on, until the reader leaves."""
        seen = self._newest() if after is None else after
        while True:
            await world.sleep(_EVERY)
            told, seen = seen, self._newest()
            for line in self.lines(level=level, text=text, after=told):
                if line["number"] <= seen:
                    yield line

    def _newest(self) -> int:
        newest: int = self._lines[-1]["number"] if self._lines else 0
        return newest
