"""The engine that runs templates in this process, on the journal.

``engine`` is the way in: it begins runs, and ``live`` drives one of them through the port. What a
run waits for is ``waiting``'s while it is in memory; whether it may leave is said by ``idleness``
and ``lingering``; ``alarm`` and ``recovery`` bring it back. ``control`` and ``cutting`` are what
operators do to runs, ``children`` what runs do to each other.
"""

from interlock.workflows.embedded.engine import EmbeddedEngine, EngineOptions

__all__ = ["EmbeddedEngine", "EngineOptions"]
