"""What became of a call, decided in one place."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from interlock.sdk import (
    InterlockError,
    Interrupted,
    NeedsAttention,
    Refusal,
    Rejected,
    Retryable,
    ServiceBug,
    Throttled,
)


class Outcome(StrEnum):
    """Who is to blame.

    ``success``: nobody. ``failure``: the service, or its plugin. ``throttled``: our pace.
    ``caller``: what was asked. ``neutral``: nothing can be told about the service, because we
    refused, the caller left, or his deadline cut the attempt short.
    """

    SUCCESS = "success"
    FAILURE = "failure"
    THROTTLED = "throttled"
    CALLER = "caller"
    NEUTRAL = "neutral"


SUCCESS = Outcome.SUCCESS
# The first kind that fits decides, so the narrow ones stand before the wide ones.
_BY_KIND: tuple[tuple[type[BaseException], Outcome], ...] = (
    (Throttled, Outcome.THROTTLED),
    (Rejected, Outcome.CALLER),
    (NeedsAttention, Outcome.CALLER),
    (Refusal, Outcome.NEUTRAL),
    (Interrupted, Outcome.NEUTRAL),
    (asyncio.CancelledError, Outcome.NEUTRAL),
    (ServiceBug, Outcome.FAILURE),
    (Retryable, Outcome.FAILURE),
)


def classify(error: BaseException | None) -> Outcome:
    """The outcome that ``error`` (None: a result) stands for."""
    if error is None:
        return SUCCESS
    if isinstance(error, Retryable) and error.details.get("cut_short"):
        return Outcome.NEUTRAL
    return next((outcome for kind, outcome in _BY_KIND if isinstance(error, kind)), Outcome.FAILURE)


def owned(error: Exception, tool: str, transient: tuple[type[Exception], ...]) -> InterlockError:
    """``error`` as one of the tree, with the tool named.

    What a plugin raises outside of the tree is its bug, unless the tool's facts call it transient.
    What it says is for the log: it was not written for callers, and may quote anything.
    """
    if isinstance(error, InterlockError):
        return error.with_details(tool=tool)
    owned_error: InterlockError = ServiceBug(f"{tool}: {type(error).__name__}", tool=tool)
    if isinstance(error, transient):
        owned_error = Retryable(f"{tool}: {type(error).__name__}: {error}", tool=tool)
    owned_error.__cause__ = error
    return owned_error


class OutcomeRecord(NamedTuple):
    """One record for each call, however many tries it took.

    Attributes:
        error: code of the error; None for a result.
        seconds: from the first guard rail to the end.
        waited: of these, for our own limits and back-offs.
        decisions: what the guard rails did, oldest first.
    """

    tool: str
    outcome: Outcome
    error: str | None
    seconds: float
    waited: float
    attempts: int
    decisions: Sequence[str]
    run_id: str | None
    step: str | None


OnOutcome = Callable[[OutcomeRecord], None]
