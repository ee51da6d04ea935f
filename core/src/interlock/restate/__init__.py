"""The engine on Restate, an extra: for when one machine is not enough.

A run, with a finger on the page: ``engine`` asks the run's ``desk`` to create it; Restate hands
it to any daemon, where ``lives`` begins a life; ``run`` is the port that drives the interpreter,
waiting in ``reactor`` alone; ``attempts`` do what the run does; the ``mirror`` copies what became
of it into each daemon's journal.
"""

from interlock.restate.engine import RestateEngine
from interlock.restate.options import RestateOptions

__all__ = ["RestateEngine", "RestateOptions"]
