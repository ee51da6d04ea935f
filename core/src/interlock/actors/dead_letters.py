"""Messages that could not be handled: logged, and handed to whoever keeps them.

Whoever is told of a failure keeps the message: a refused tell raises, an ask fails. A message
becomes a dead letter when nobody else would know of it, and always when it is poison or was
unfinished at the end of a drain.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from traceback import format_exception
from typing import Any, Literal

from interlock.actors.envelope import Envelope
from interlock.sdk import World

_log = logging.getLogger(__name__)

_LOGGED_PER_WINDOW = 10
_LOG_WINDOW = 300.0  # seconds

Reason = Literal["dropped", "failed", "interrupted", "poison", "stopped", "unfinished"]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that ``actor`` did not handle.

    ``reason``: ``dropped`` from a full mailbox; ``failed``, the handler of a tell raised;
    ``interrupted`` by a crash or stop while it was handled; ``poison``, in flight at two
    crashes; ``stopped`` before it was handled; ``unfinished`` at the end of a drain.
    """

    id: str
    actor: str
    message: Any
    reason: Reason
    at: float
    """Seconds since the epoch."""
    waited: float
    """Seconds since it was sent."""
    sender: str
    error: str
    """The traceback of what went wrong, or an empty string."""


class DeadLetters:
    """Those of one system.

    Args:
        sink: keeps them; without one they are in the log alone.
    """

    def __init__(self, world: World, sink: Callable[[DeadLetter], None] | None) -> None:
        self._world = world
        self._sink = sink
        self._log_window_ends = 0.0
        self._logged = 0

    def add(self, envelope: Envelope, reason: Reason, error: BaseException | None = None) -> None:
        letter = DeadLetter(
            id=self._world.new_id(),
            actor=envelope.target.name,
            message=envelope.message,
            reason=reason,
            at=self._world.time(),
            waited=self._world.monotonic() - envelope.queued_at,
            sender=envelope.sender,
            error="".join(format_exception(error)) if error is not None else "",
        )
        self._log(letter)
        if self._sink is None:
            return
        try:
            self._sink(letter)
        except Exception:  # noqa: BLE001 - foreign code; the actor that reports must go on
            _log.exception("the sink of dead letters failed")

    def _log(self, letter: DeadLetter) -> None:
        now = self._world.monotonic()
        if now >= self._log_window_ends:
            if self._logged > _LOGGED_PER_WINDOW:
                _log.warning("%d more dead letters", self._logged - _LOGGED_PER_WINDOW)
            self._log_window_ends = now + _LOG_WINDOW
            self._logged = 0
        self._logged += 1
        if self._logged <= _LOGGED_PER_WINDOW:
            _log.warning(
                "dead letter %s: %s of %s, %s",
                letter.id,
                type(letter.message).__name__,
                letter.actor,
                letter.reason,
            )
