"""purgatory's states, without its store in Redis.

Where Redis is installed purgatory would load it, 5 MB and a tenth of a second, for a store that
nobody uses: what several daemons share of a breaker goes through ``calls/shared.py``.
"""

from __future__ import annotations

import sys

__all__ = ["CLOSED", "HALF_OPENED", "OPENED", "Context", "State"]

_loaded = "redis" in sys.modules
if not _loaded:
    # The import of a module that is None fails as if it were not installed.
    sys.modules["redis"] = None  # type: ignore[assignment]
try:
    from purgatory.domain.model import CLOSED, HALF_OPENED, OPENED, Context, State
finally:
    if not _loaded:
        del sys.modules["redis"]
