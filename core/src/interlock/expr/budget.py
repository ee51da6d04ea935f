"""How much work one evaluation may do, and how much it may produce.

Straight-line work is bounded by the length of the text. What is charged is what can multiply:
each round of a comprehension, each call, and the content of whatever is looked at as a whole.
"""

from __future__ import annotations

from math import isfinite
from typing import Any

STEPS = 500_000
SIZE = 4_000_000

_CHARACTERS_PER_STEP = 256  # copying or comparing this much text costs about one step
_VALUES_PER_STEP = 4


class OverBudget(ValueError):
    """The evaluation asked for more than it has; its caller makes an ExpressionError of it."""


class Budget:
    """Spent by one evaluation; not to be shared.

    Args:
        steps: about 20 ns each.
        size: the largest text (characters) or collection (values, at every depth) that may
            be produced.
    """

    __slots__ = ("size", "steps")

    def __init__(self, steps: int = STEPS, size: int = SIZE) -> None:
        self.steps = steps
        self.size = size

    def charge(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise OverBudget("it takes too many steps")

    def charge_text(self, length: int) -> None:
        self.charge(length // _CHARACTERS_PER_STEP)

    def hold(self, size: int) -> None:
        """Ask, before it is built, for room for a result of ``size``."""
        if size > self.size:
            raise OverBudget(f"a result is larger than {self.size:,} characters or values")
        self.charge(size // _CHARACTERS_PER_STEP)

    def weigh(self, value: Any) -> None:
        """Charge for all that ``value`` holds, and refuse what is not JSON.

        A value can hold one list a thousand times over, so that what took few steps to build
        takes forever to walk; nothing may walk a value that was not weighed.
        """
        if value.__class__ in _SCALARS:
            return
        stack, seen = [value], 0
        while stack:
            value = stack.pop()
            seen += 1
            kind = value.__class__
            if kind is dict:
                stack += value.values()
            elif kind is list or kind is tuple:
                stack += value
            elif kind is str:
                self.charge_text(len(value))
            elif kind is float:
                _refuse_infinity(value)
            elif kind not in _SCALARS:
                raise OverBudget(f"a {kind.__name__} is not a JSON value")
            if seen + len(stack) > self.size:
                raise OverBudget(f"a result holds more than {self.size:,} values")
            if not seen & 1023:
                self.charge(1024 // _VALUES_PER_STEP)
        self.charge((seen & 1023) // _VALUES_PER_STEP + 1)


_SCALARS = frozenset({int, bool, type(None)})


def _refuse_infinity(number: float) -> None:
    if not isfinite(number):
        raise OverBudget("a number is infinite or not a number")
