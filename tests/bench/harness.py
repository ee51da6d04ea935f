"""How a figure is taken: paired runs, ours and the peer's in turn, medians reported.

A group is a module of this folder with ``GROUP``, a list of functions that take :class:`Settings`
and return a :class:`Result`, several, or an awaitable of either; each runs in a fresh event loop.
"""

from __future__ import annotations

import asyncio
import gc
import inspect
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from statistics import median
from typing import Any

Measure = Callable[[], float | Awaitable[float]]


@dataclass(frozen=True)
class Settings:
    """``quick`` asks for less work and fewer runs, for a group in well under a minute."""

    quick: bool

    @property
    def runs(self) -> int:
        return 3 if self.quick else 7

    def scaled(self, count: int) -> int:
        """``count`` repetitions, or a fifth of them when quick."""
        return max(1, count // 5) if self.quick else count


@dataclass(frozen=True)
class Result:
    """``ours`` and ``peer`` are medians; ``ratio`` is how many times better ours is."""

    name: str
    ours: float
    peer: float
    ratio: float
    unit: str
    runs: int


async def paired(
    name: str,
    ours: Measure,
    peer: Measure,
    *,
    unit: str,
    runs: int,
    lower_is_better: bool = False,
) -> Result:
    """Measure both ``runs`` times, in alternating order, so that both see the same machine.

    The ratio is the median of the ratios of the pairs: what slows down both cancels out.
    """
    pairs = []
    for number in range(runs):
        if number % 2:
            theirs = await _measured(peer)
            own = await _measured(ours)
        else:
            own = await _measured(ours)
            theirs = await _measured(peer)
        pairs.append((own, theirs))
    ratios = [theirs / own if lower_is_better else own / theirs for own, theirs in pairs]
    own, theirs = (median(values) for values in zip(*pairs, strict=True))
    return Result(name, own, theirs, median(ratios), unit, runs)


async def within_budget(name: str, ours: Measure, budget: float, *, unit: str, runs: int) -> Result:
    """Measure against a fixed upper bound instead of a peer."""
    own = median([await _measured(ours) for _ in range(runs)])
    return Result(name, own, budget, budget / own, unit, runs)


async def _measured(measure: Measure) -> float:
    gc.collect()
    value = measure()
    return await value if inspect.isawaitable(value) else value


def run_bench(bench: Callable[[Settings], Any], settings: Settings) -> list[Result]:
    """All results of one function of a group."""

    async def results() -> Result | Iterable[Result]:
        value = bench(settings)
        return await value if inspect.isawaitable(value) else value

    value = asyncio.run(results())
    return [value] if isinstance(value, Result) else list(value)
