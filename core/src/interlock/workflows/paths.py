"""The paths under which a run's steps are recorded: how they are made, and what they say.

A path is a step's place in its template; what the run adds to it stands after a mark::

    check                      a step, and its first attempt
    check#2                    its second attempt
    check#2~pause              the wait after that one
    files[3].check             a step in the fourth round of another one
    check~timeout, ~deadline   what ends when a step, or the run, has had its time
    check~fallback             what is done instead, when it failed
    check~late                 what is done when nothing came in time
    check~ask, check~doubt     a question about a step that failed, or may have happened
    check~again-1              the step once more, because a person wants it
    check~recall, ~remember    its output, taken from the memos and put there
    check~undo                 what undoes it

Runs are continued by what is on record, so a path that was once made is made for good.
"""

from __future__ import annotations

import re

TIMEOUT = "~timeout"
DEADLINE = "~deadline"
_PAUSE = "~pause"
_UNDO = "~undo"
_AGAIN = re.compile(r"~again-\d+")
_ATTEMPT = re.compile(r"#\d+$")
_ROUND = re.compile(r"\[\d+\]")


def attempt(step: str, number: int) -> str:
    return step if number == 1 else f"{step}#{number}"


def pause_after(path: str) -> str:
    return path + _PAUSE


def undo_of(step: str) -> str:
    return step + _UNDO


def once_more(step: str, number: int) -> str:
    return f"{step}~again-{number}"


def is_pause(path: str) -> bool:
    return path.endswith(_PAUSE)


def is_undo(path: str) -> bool:
    """Whether it undoes a step, or is a step of what does."""
    return _UNDO in path


def is_clock(path: str) -> bool:
    """Whether it is the wait for the end of somebody's time."""
    return path.endswith((TIMEOUT, DEADLINE))


def is_under(path: str, outer: str) -> bool:
    """Whether it is that step, or belongs to it."""
    return path == outer or path.startswith((f"{outer}.", f"{outer}[", f"{outer}~"))


def step_of(path: str) -> str:
    """``a`` for its attempt ``a#2`` and for ``a#2~pause``, the wait after that."""
    return _ATTEMPT.sub("", path.removesuffix(_PAUSE))


def base_of(path: str) -> str:
    """The step of the template: ``a`` for ``a#2~pause`` and for ``a~fallback.b``."""
    return _ATTEMPT.sub("", path.partition("~")[0])


def effect_of(path: str) -> str:
    """The same for all that is one effect: what a person wants tried again is no second one."""
    return _AGAIN.sub("", path) if "~" in path else path


def place_of(path: str) -> str:
    """The same for all rounds of a loop."""
    return _ROUND.sub("[]", path)
