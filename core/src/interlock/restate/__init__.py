"""The engine on Restate, an extra: for when one machine is not enough.

A run, with a finger on the page: ``orders`` asks the run's ``desk`` to create it, which has it
wait for its turn in a ``queue`` if there is one; Restate hands it to any daemon, where ``lives``
begins a life; ``run`` is the port that drives the interpreter, waiting in ``reactor`` alone;
``attempts`` do what the run does, with what the ``host`` lends them; the ``mirror`` copies what
became of it into each daemon's journal.
"""

from interlock.restate.engine import RestateEngine
from interlock.restate.options import RestateOptions

__all__ = ["RestateEngine", "RestateOptions"]
