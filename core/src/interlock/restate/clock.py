"""The time that a run on Restate sees: that of what it learned last."""

from __future__ import annotations


class Clock:
    """Goes on by what is on record alone, so that a replay sees the same times."""

    def __init__(self, now: float) -> None:
        self._now = now

    def time(self) -> float:
        return self._now

    def pass_to(self, moment: float) -> None:
        self._now = max(self._now, moment)
