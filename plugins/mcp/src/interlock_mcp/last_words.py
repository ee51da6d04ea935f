"""Why a program ended, as far as it said so on its standard error."""

from __future__ import annotations

import re
from collections import deque
from threading import Lock

_KEPT = 60  # lines
_SHOWN = 300  # characters
# Where something happened, how it was called, and what is punctuation only: indented lines, but for
# the messages of a fault that is printed as JSON.
_NOISE = re.compile(
    r"""\s(?!.*"message":) | Traceback\ \( | Node\.js\ v | (?:file://|node:|/)\S*:\d+$ | \W*$""",
    re.VERBOSE,
)
_FAULT = re.compile(
    r"error|exception|fatal|panic|fail|required|missing|denied|invalid|cannot|unable"
    r"|not\ (?:found|set|provided)",
    re.IGNORECASE | re.VERBOSE,
)


class LastWords:
    """The last lines of a program, heard from another thread."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=_KEPT)
        self._lock = Lock()

    def hear(self, line: str) -> None:
        with self._lock:
            self._lines.append(line)

    def forget(self) -> None:
        with self._lock:
            self._lines.clear()

    def reason(self) -> str:
        """The last fault that was named, with what was said beside it; "" if nothing was said."""
        with self._lock:
            lines = list(self._lines)
        lines = [line for line in lines if not _NOISE.match(line)] or lines
        faults = [bool(_FAULT.search(line)) for line in lines]
        first = len(lines) - 3
        if any(faults):
            first = len(faults) - 1 - faults[::-1].index(True)
            while first and faults[first - 1]:
                first -= 1
        said = "; ".join(line.strip(" \t,;") for line in lines[max(0, first) :])
        return said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…"
