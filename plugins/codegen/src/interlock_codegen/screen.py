"""Top-level layers as screen components, so that all of a design is in some file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from interlock_codegen.build import Builder
from interlock_codegen.job import Job
from interlock_codegen.module import imports, module, used_components
from interlock_codegen.names import screen_name, unique
from interlock_codegen.variants.merge import Member
from interlock_codegen.variants.tables import Tables

Json = Mapping[str, Any]

_WHOLE = frozenset(("frame", "section", "component", "component_set", "instance", "slide"))


def layers(design: Json, made: Collection[str]) -> Iterator[tuple[str, Json]]:
    """Name and tree of each screen, in document order.

    A frame is a screen; loose layers that follow each other share one, named for their page.

    Args:
        made: ids of components that have files of their own.
    """
    found: list[tuple[str, Json]] = []
    for page in design["pages"]:
        loose: list[Json] = []
        for node in page["nodes"]:
            if node["kind"] in _WHOLE:
                found.extend(_board(page, loose))
                loose = []
                if node["id"] not in made:
                    found.append((str(node["name"]), node))
            else:
                loose.append(node)
        found.extend(_board(page, loose))
    return iter(found)


def _board(page: Json, nodes: Sequence[Json]) -> list[tuple[str, Json]]:
    """Loose layers on a board of their common bounds."""
    if not nodes:
        return []
    left = min(node["at"]["x"] for node in nodes)
    top = min(node["at"]["y"] for node in nodes)
    placed = [_moved(node, node["at"]["x"] - left, node["at"]["y"] - top) for node in nodes]
    width = max(node["box"]["x"] + node["box"]["width"] for node in placed)
    height = max(node["box"]["y"] + node["box"]["height"] for node in placed)
    board = {
        "id": page["id"],
        "name": page["name"],
        "type": "group",
        "box": {"x": 0, "y": 0, "width": round(width, 3), "height": round(height, 3)},
        "sizing": {"horizontal": "fixed", "vertical": "fixed"},
        "children": placed,
    }
    return [(str(page["name"]), board)]


def _moved(node: Json, x: float, y: float) -> Json:
    return {**node, "box": {**node["box"], "x": round(x, 3), "y": round(y, 3)}}


def generate(name: str, node: Json, job: Job) -> dict[str, Any]:
    """``{name, files, report}`` of one screen."""
    job.is_screen = True
    element = Builder(job, node).build(node)
    bodies = [([Member({}, element)], element)]
    text = module(name, str(node["name"]), [], bodies, [], Tables(), job)
    used = used_components([element])
    report = {
        **job.report(),
        "uses": used,
        "id": node["id"],
        "source": node["name"],
        "props": [],
        "variants": 1,
    }
    return {
        "name": name,
        "kind": "screen",
        "files": {f"screens/{name}.tsx": imports(used, "../components") + text},
        "report": report,
    }


def screen_names(found: Sequence[tuple[str, Json]], taken: Collection[str]) -> list[str]:
    """A unique name for each screen, apart from the components'."""
    return unique((screen_name(name) for name, _ in found), taken)
