"""Facts on the move: the bus, and the triggers that start runs from events."""

from interlock.events.bus import Bus, EventLog, Subscription
from interlock.events.triggers import StartRun, Trigger

__all__ = ["Bus", "EventLog", "StartRun", "Subscription", "Trigger"]
