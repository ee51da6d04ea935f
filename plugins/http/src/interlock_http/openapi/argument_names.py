"""Names of arguments that a model may be given.

Providers of models refuse a whole list of tools for one argument named otherwise, as by
``^[a-zA-Z0-9_.-]{1,64}$``; APIs have parameters such as ``filter[state]``, ``$top``, ``ids[]``.
"""

from __future__ import annotations

import re
from collections.abc import Container

_LONGEST = 64
_NO_NAME = re.compile(r"[^A-Za-z0-9_.-]+")


def is_plain(name: str) -> bool:
    """Whether an argument can have this name everywhere."""
    return 0 < len(name) <= _LONGEST and not _NO_NAME.search(name)


def made_plain(name: str, taken: Container[str]) -> str:
    """A name close to this one: of ``filter[state]`` ``filter_state``, or ``filter_state_2``."""
    short = _NO_NAME.sub("_", name).strip("_")[: _LONGEST - 4] or "argument"
    unique, number = short, 2
    while unique in taken:
        unique, number = f"{short}_{number}", number + 1
    return unique
