"""A program in a process group that does not outlive us, even if it ignores the end of its input.

In the program's process group a shell waits for the end of a pipe that we alone hold open, and
then kills the group; a line on the pipe has it ask the group first. The kernel's own way,
PR_SET_PDEATHSIG, follows the thread that started the program, and does not reach what that has
started in turn, as ``npx`` and the like do.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_SHELL = "/bin/sh"
_DESCRIPTORS = Path("/proc/self/fd")
# The inner shell is nobody's child, so that a program that waits for its own does not meet it.
_SCRIPT = """
(
  trap '' INT TERM
  ( exec </proc/"$1"/fd/"$2" >/dev/null 2>&1 || exit
    read -r _ && kill -TERM 0; read -r _; kill -9 0 ) &
)
shift 2
exec "$@"
"""


class ProcessGroup:
    """How to start a program, and how to end all of it.

    Attributes:
        command: to be started in place of the program, as the leader of a group. Where there is
            no ``/proc``, it is the program's own.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self.command = list(command)
        self._ends: tuple[int, ...] = ()
        if _DESCRIPTORS.is_dir() and Path(_SHELL).exists():
            self._ends = os.pipe()
            held = [str(os.getpid()), str(self._ends[0])]
            self.command = [_SHELL, "-c", _SCRIPT, _SHELL, *held, *command]

    def terminate(self) -> None:
        """Ask what is left to end (SIGTERM)."""
        if self._ends:
            os.write(self._ends[1], b"\n")

    def kill(self) -> None:
        """Kill what is left of the program and of what it has started."""
        ends, self._ends = self._ends, ()
        for end in ends:
            os.close(end)


@contextmanager
def process_group(command: Sequence[str]) -> Iterator[ProcessGroup]:
    """What is left of the program is killed at the end."""
    group = ProcessGroup(command)
    try:
        yield group
    finally:
        group.kill()
