"""Facts on the move: the bus, and the triggers that start runs from events."""

from interlock.events.bus import Bus, EventLog, Subscription
from interlock.events.moments import Cron, Every, Moments
from interlock.events.schedules import Schedule, Scheduler, schedule_named
from interlock.events.triggers import StartRun, Trigger

__all__ = [
    "Bus",
    "Cron",
    "EventLog",
    "Every",
    "Moments",
    "Schedule",
    "Scheduler",
    "StartRun",
    "Subscription",
    "Trigger",
    "schedule_named",
]
