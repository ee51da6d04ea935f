"""Grids and what stands in their cells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from interlock_codegen import tailwind
from interlock_codegen.css.room import NARROW, PHONE_ROW, in_flow, is_picture, rigid_width
from interlock_codegen.css.size import height_of, width_of
from interlock_codegen.element import Style
from interlock_codegen.job import Job

Json = Mapping[str, Any]

_PIXELS = re.compile(r"([\d.]+)px")


def grid(node: Json, layout: Json, job: Job) -> Style:
    """Classes of a grid itself."""
    columns = layout.get("column_sizes") or f"repeat({layout['columns']},minmax(0,1fr))"
    rows = layout.get("row_sizes") or f"repeat({layout['rows']},minmax(0,1fr))"
    style = {
        "display": "grid",
        "grid-template-columns": tailwind.tracks("grid-cols", columns),
        "grid-template-rows": tailwind.tracks("grid-rows", rows),
    }
    if collapses(node, job):
        style |= {"max-md display": "max-md:flex", "max-md flex-direction": "max-md:flex-col"}
    if layout.get("gap") and layout.get("gap") == layout.get("line_gap"):
        style["gap"] = tailwind.length("gap", layout["gap"])
        return style
    if layout.get("gap"):
        style["gap"] = tailwind.length("gap-x", layout["gap"])
    if layout.get("line_gap"):
        style["line-gap"] = tailwind.length("gap-y", layout["line_gap"])
    return style


def collapses(node: Json, job: Job) -> bool:
    """Whether the tracks of a grid are too narrow on a phone for what is in its cells."""
    identity = str(node["id"])
    if identity not in job.crowded:
        job.crowded[identity] = _lacks_tracks(node, job)
    return job.crowded[identity]


def _lacks_tracks(node: Json, job: Job) -> bool:
    layout = node["layout"]
    if layout["columns"] < 2 or node["box"]["width"] <= NARROW:
        return False
    padding = layout.get("padding") or (0, 0, 0, 0)
    fixed = [float(width) for width in _PIXELS.findall(layout.get("column_sizes") or "")]
    gaps = layout.get("gap", 0) * (layout["columns"] - 1)
    room = PHONE_ROW - padding[1] - padding[3] - gaps - sum(fixed)
    share = room / max(layout["columns"] - len(fixed), 1)
    needs = (_cell_width(child, job) / child["cell"]["columns"] for child in in_flow(node))
    return room < 0 or any(need > share for need in needs)


def _cell_width(child: Json, job: Job) -> float:
    is_rigid = child["sizing"]["horizontal"] == "fixed" and not is_picture(child, job)
    return float(child["box"]["width"]) if is_rigid else rigid_width(child, job)


def in_grid(node: Json, parent: Json, job: Job) -> Style:
    """Classes of what stands in a cell."""
    cell = node.get("cell") or {"column": 0, "row": 0, "columns": 1, "rows": 1}
    style: Style = {
        "grid-column": _lines("col", cell["column"], cell["columns"]),
        "grid-row": _lines("row", cell["row"], cell["rows"]),
    }
    if node["sizing"]["horizontal"] == "fixed":
        style["width"] = width_of(node, job)
    if node["sizing"]["vertical"] == "fixed":
        style |= height_of(node, job)
    for axis, prefix, name in (
        ("horizontal", "justify-self", "justify"),
        ("vertical", "self", "align"),
    ):
        if node["sizing"][axis] != "fill":
            style[prefix] = f"{prefix}-{cell.get(name, 'start')}"
    return {**style, **_out_of_grid(node, job)} if collapses(parent, job) else style


def _out_of_grid(node: Json, job: Job) -> Style:
    """What filled its cell fills the column that the grid becomes; a picture keeps its shape."""
    style: Style = {}
    if node["sizing"]["horizontal"] == "fill":
        style["max-md width"] = "max-md:w-full"
    if node["sizing"]["vertical"] == "fill" and is_picture(node, job):
        width, height = (tailwind.number(node["box"][side]) for side in ("width", "height"))
        style["max-md aspect-ratio"] = f"max-md:aspect-[{width}/{height}]"
    return style


def _lines(prefix: str, start: int, span: int) -> str:
    """Where in a grid; both lines in one class, so that they are one property."""
    return f"{prefix}-[{start + 1}/span_{span}]" if span > 1 else f"{prefix}-start-{start + 1}"
