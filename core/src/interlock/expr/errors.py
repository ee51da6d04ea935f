"""What can go wrong with an expression, and where in its text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from interlock.sdk.errors import InterlockError


class ExpressionError(InterlockError):
    """An expression cannot be read, or cannot be evaluated in this scope.

    Attributes:
        expression: the text at fault; for a template, the whole scalar that holds it.
        offset: index of the character at fault in ``expression``.
        location: where ``expression`` stands in the value given to ``compile_value``.
    """

    code = "expression-error"

    @property
    def expression(self) -> str:
        return str(self.details.get("expression", ""))

    @property
    def offset(self) -> int:
        return int(self.details.get("offset", 0))

    @property
    def location(self) -> tuple[str | int, ...]:
        return tuple(self.details.get("location", ()))


class MissingValue(ExpressionError):
    """A key, an index or a name is not there; ``default(...)`` recovers from this error alone."""

    code = "missing-value"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that a check against schemas found; ``location`` as in ExpressionError."""

    offset: int
    message: str
    nearest: str | None = None
    location: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """The text that an expression was read from, to make errors that point into it.

    Attributes:
        text: the whole scalar.
        start: where in it the expression begins.
        location: where the scalar stands in the value around it.
    """

    text: str
    start: int = 0
    location: tuple[str | int, ...] = ()

    def error(
        self,
        offset: int,
        message: str,
        *,
        hint: str = "",
        kind: type[ExpressionError] = ExpressionError,
    ) -> ExpressionError:
        """An error that points to the character ``offset`` of the expression."""
        details: dict[str, Any] = {"expression": self.text, "offset": self.start + offset}
        if self.location:
            details["location"] = list(self.location)
        return kind(message, hint=hint, **details)


def nearest(name: str, known: Iterable[Any]) -> str | None:
    """The known name that ``name`` most likely stands for, if any resembles it."""
    found = get_close_matches(name, [text for text in known if isinstance(text, str)], n=1)
    return found[0] if found else None


def did_you_mean(name: str, known: Iterable[Any]) -> str:
    """``did you mean 'x'?``, or nothing."""
    found = nearest(name, known)
    return f"did you mean {found!r}?" if found else ""
