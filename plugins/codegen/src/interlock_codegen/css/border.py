"""Borders that take room in the layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from interlock_codegen.job import Job

Json = Mapping[str, Any]

_NONE = (0.0, 0.0, 0.0, 0.0)


def border_of(node: Json, job: Job) -> Sequence[float]:
    """Widths (top, right, bottom, left) of a stroke that pushes the content inwards; else zeros."""
    if not (node.get("layout") or {}).get("strokes_take_space"):
        return _NONE
    found = job.style(node, "stroke")
    if found.get("align") != "inside" and "widths" not in found:
        return _NONE
    widths: Sequence[float] = found.get("widths") or [found.get("width") or 0] * 4
    return widths
