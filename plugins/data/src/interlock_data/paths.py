"""Places in a JSON value, as people and as patches write them."""

from __future__ import annotations

import re
from collections.abc import Iterable

Step = str | int

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def json_path(steps: Iterable[Step]) -> str:
    """``$.items[2]['odd.name']`` (RFC 9535)."""
    return "$" + "".join(map(_segment, steps))


def pointer(steps: Iterable[Step]) -> str:
    """``/items/2/odd.name`` (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def _segment(step: Step) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if _PLAIN.fullmatch(step):
        return f".{step}"
    escaped = step.replace("\\", "\\\\").replace("'", "\\'")
    return f"['{escaped}']"
