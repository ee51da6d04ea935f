"""Places in a JSON value, as people and as patches write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

Step = str | int


@dataclass(frozen=True)
class Match:
    """The item of a list whose member ``key`` is the value of this JSON text."""

    key: str
    value: str


_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def json_path(steps: Iterable[Step | Match]) -> str:
    """``$.items[2]['odd.name'][?@.id==7]`` (RFC 9535)."""
    return "$" + "".join(map(_segment, steps))


def pointer(steps: Iterable[Step]) -> str:
    """``/items/2/odd.name`` (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def _segment(step: Step | Match) -> str:
    if isinstance(step, Match):
        return f"[?@{_segment(step.key)}=={step.value}]"
    if isinstance(step, int):
        return f"[{step}]"
    if _PLAIN.fullmatch(step):
        return f".{step}"
    escaped = step.replace("\\", "\\\\").replace("'", "\\'")
    return f"['{escaped}']"
