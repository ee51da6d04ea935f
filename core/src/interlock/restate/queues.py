"""No queues: whose turn it is would have to be known to all daemons at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.journal import Limits


class NoQueues:
    """Implements ``Turns``; a configuration that names queues is refused when it is read."""

    def limit(self, limits: Mapping[str, Limits]) -> None:
        """There are none to limit."""

    async def list(self) -> list[dict[str, Any]]:
        return []
