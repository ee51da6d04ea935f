"""What becomes of a message whose actor crashed or stopped: nothing is lost in silence."""

from __future__ import annotations

from interlock.actors.dead_letters import Reason
from interlock.actors.envelope import Envelope
from interlock.sdk import ActorRestarted

# A message in flight at so many crashes of its actor is taken to be their cause.
POISONOUS_CRASHES = 2
MAX_REQUEUES = 2


def survives_restart(envelope: Envelope, crash: Exception | None) -> bool:
    """Whether a message that was in flight is to be handled again by the next incarnation.

    If not, it has been answered or has become a dead letter. ``crash`` is None when the actor
    was restarted for another one's sake.
    """
    if not envelope.wanted() and not envelope.detached:
        return False
    if crash is not None:
        envelope.crashes += 1
        if envelope.crashes >= POISONOUS_CRASHES:
            discard(envelope, _restarted(envelope, crash), "poison", crash)
            return False
    in_time = envelope.deadline > envelope.target.shared.now()
    if envelope.idempotent and envelope.wanted() and in_time and envelope.requeues < MAX_REQUEUES:
        envelope.requeues += 1
        return True
    discard(envelope, _restarted(envelope, crash), "interrupted", crash)
    return False


def discard(
    envelope: Envelope, error: Exception, reason: Reason, cause: BaseException | None = None
) -> None:
    """Answer an ask with ``error``; what nobody is told of becomes a dead letter."""
    untold = envelope.reply is None or not envelope.wanted()
    if untold or reason in ("poison", "unfinished"):
        envelope.target.shared.dead_letters.add(envelope, reason, cause)
    envelope.fail(error)


def _restarted(envelope: Envelope, crash: Exception | None) -> ActorRestarted:
    error = ActorRestarted(
        f"{envelope.target.name} was restarted while it handled this message",
        hint="find out whether it took effect before sending it again",
        may_have_run=True,
    )
    error.__cause__ = crash
    return error
