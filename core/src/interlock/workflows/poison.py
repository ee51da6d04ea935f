"""When a run counts as one that kills the process, whichever engine begins it."""

from __future__ import annotations

SUSPECT = 3
"""After so many lives in which it recorded nothing, a run may be what kills the process."""
POISON = 6
"""After so many, the last of them alone, it is."""
PROBATION = 0.5
"""Seconds that it has to survive."""


def aside_because(lives: int) -> str:
    """Why a run is put aside."""
    return f"the process ended {lives} times while the run was begun; resume it to try again"
