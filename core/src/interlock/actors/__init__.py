"""Supervised actors on one event loop: bounded mailboxes, deadlines, restarts, dead letters.

A message goes ``Ref`` > ``Mailbox`` > ``Worker`` > ``Actor.receive``. The ``Cell`` behind the ref
lasts; each crash ends one ``Incarnation`` of it, and its ``Supervisor`` begins the next.
"""

from interlock.actors.actor import Actor, ActorOptions
from interlock.actors.dead_letters import DeadLetter
from interlock.actors.drain import DrainReport, Unfinished
from interlock.actors.envelope import TraceSource, current_deadline, current_trace
from interlock.actors.errors import CallCycle
from interlock.actors.health import ActorHealth, StuckHandler
from interlock.actors.ref import Ref
from interlock.actors.supervisor import Supervisor
from interlock.actors.system import ActorSystem

__all__ = [
    "Actor",
    "ActorHealth",
    "ActorOptions",
    "ActorSystem",
    "CallCycle",
    "DeadLetter",
    "DrainReport",
    "Ref",
    "StuckHandler",
    "Supervisor",
    "TraceSource",
    "Unfinished",
    "current_deadline",
    "current_trace",
]
