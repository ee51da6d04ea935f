"""Auto-layout designs from a seed, with boxes where Figma would put them.

The recorded files hold what their authors happened to use; here every rule of auto layout meets
every other. Sizes come from the leaves upwards, places from the root down.
"""

from __future__ import annotations

import random
from typing import Any

Json = dict[str, Any]

_SIDES = ("paddingLeft", "paddingRight", "paddingTop", "paddingBottom")
_AXES = {"HORIZONTAL": ("width", "height", "x", "y"), "VERTICAL": ("height", "width", "y", "x")}
_SIZING = {"width": "layoutSizingHorizontal", "height": "layoutSizingVertical"}
_BEFORE = {"width": ("paddingLeft", "paddingRight"), "height": ("paddingTop", "paddingBottom")}


class Typesetter:
    """Draws one page of screens."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._count = 0

    def file(self, screens: int = 4) -> Json:
        """A whole file with this many screens, one below the other."""
        held = []
        for number in range(screens):
            root = self._frame(0)
            root |= {"layoutSizingHorizontal": "FIXED", "layoutSizingVertical": "HUG"}
            root |= {"width": 1200, "name": f"Board {number}"}
            _measure(root)
            _place(root, 0, number * 5000)
            held.append(_finished(root))
        page = {"id": "0:1", "name": "Page", "type": "CANVAS", "children": held}
        document = {"id": "0:0", "name": "Document", "type": "DOCUMENT", "children": [page]}
        return {"name": "Laid out", "version": "1", "document": document, "schemaVersion": 0}

    def _frame(self, depth: int) -> Json:
        pick = self._chance.choice
        mode = pick(("HORIZONTAL", "VERTICAL"))
        node = {
            **self._named("FRAME"),
            "layoutMode": mode,
            "itemSpacing": pick((0, 8, 13.5, 24)),
            "primaryAxisAlignItems": pick(("MIN", "CENTER", "MAX", "SPACE_BETWEEN")),
            "counterAxisAlignItems": pick(("MIN", "CENTER", "MAX")),
            **{side: pick((0, 8, 20)) for side in _SIDES},
            "clipsContent": pick((True, False)),
            "fills": [_solid(self._chance)],
        }
        if pick((True, False)):
            node |= {"strokes": [_solid(self._chance)], "strokeWeight": 2, "strokeAlign": "INSIDE"}
        children = [self._child(depth + 1, mode) for _ in range(self._chance.randint(1, 4))]
        return {**node, "children": children}

    def _child(self, depth: int, mode: str) -> Json:
        if depth < 3 and self._chance.random() < 0.5:
            node = self._frame(depth)
            for side, name in _SIZING.items():
                node[name] = self._chance.choice(("FIXED", "HUG", "FILL"))
                node[side] = self._chance.choice((60, 140))
        elif self._chance.random() < 0.3:
            node = self._chance.choice((self._wrapped, self._grid))()
        else:
            node = self._leaf()
        if self._chance.random() < 0.1:
            node["layoutPositioning"] = "ABSOLUTE"
            node["constraints"] = {"horizontal": "LEFT", "vertical": "TOP"}
            node |= dict.fromkeys(_SIZING.values(), "FIXED")
        return node

    def _wrapped(self) -> Json:
        """Boxes in lines; its own height is what they need."""
        node = {
            **self._named("FRAME"),
            "layoutMode": "HORIZONTAL",
            "layoutWrap": "WRAP",
            "itemSpacing": self._chance.choice((0, 7)),
            "counterAxisSpacing": self._chance.choice((0, 9)),
            "width": 100,
            "layoutSizingHorizontal": "FIXED",
            "layoutSizingVertical": "HUG",
            "children": [self._fixed_leaf() for _ in range(5)],
        }
        x = y = tall = 0.0
        for child in node["children"]:
            if x and x + child["width"] > 100:
                x, y, tall = 0, y + tall + node["counterAxisSpacing"], 0
            child["at"] = (x, y)
            x, tall = x + child["width"] + node["itemSpacing"], max(tall, child["height"])
        return {**node, "height": y + tall, "laid": True}

    def _grid(self) -> Json:
        """Two columns and two rows of one size; one child spans both columns."""
        node = {
            **self._named("FRAME"),
            "layoutMode": "GRID",
            "gridColumnCount": 2,
            "gridRowCount": 2,
            "gridColumnGap": self._chance.choice((0, 6)),
            "gridRowGap": self._chance.choice((0, 10)),
            "gridColumnsSizing": "repeat(2,minmax(0,1fr))",
            "gridRowsSizing": "repeat(2,minmax(0,1fr))",
            "width": 120,
            "height": 90,
            "layoutSizingHorizontal": "FIXED",
            "layoutSizingVertical": "FIXED",
        }
        across, down = (120 - node["gridColumnGap"]) / 2, (90 - node["gridRowGap"]) / 2
        corner = {**self._fixed_leaf(), "at": (across + node["gridColumnGap"], 0)}
        corner |= {"gridColumnAnchorIndex": 1, "gridRowAnchorIndex": 0}
        wide = {**self._fixed_leaf(), "at": (0, down + node["gridRowGap"])}
        wide |= {"gridColumnAnchorIndex": 0, "gridRowAnchorIndex": 1, "gridColumnSpan": 2}
        wide |= dict.fromkeys(_SIZING.values(), "FILL") | {"width": 120, "height": down}
        return {**node, "children": [corner, wide], "laid": True}

    def _fixed_leaf(self) -> Json:
        return self._leaf() | dict.fromkeys(_SIZING.values(), "FIXED")

    def _leaf(self) -> Json:
        node = {
            **self._named(self._chance.choice(("RECTANGLE", "ELLIPSE"))),
            "fills": [_solid(self._chance)],
            "width": self._chance.choice((10, 24, 50.5)),
            "height": self._chance.choice((10, 24, 31)),
        }
        return node | {
            name: "FILL" if self._chance.random() < 0.2 else "FIXED" for name in _SIZING.values()
        }

    def _named(self, kind: str) -> Json:
        self._count += 1
        return {"id": f"1:{self._count}", "name": f"{kind.title()} {self._count}", "type": kind}


def _solid(chance: random.Random) -> Json:
    colour = {name: round(chance.random(), 2) for name in "rgb"}
    return {"type": "SOLID", "blendMode": "NORMAL", "color": {**colour, "a": 1}}


def _in_flow(node: Json) -> list[Json]:
    return [c for c in node.get("children", ()) if c.get("layoutPositioning") != "ABSOLUTE"]


def _measure(node: Json) -> None:
    """Sizes from the leaves upwards; Figma lets nothing fill a parent that hugs it."""
    if "layoutMode" not in node or "laid" in node:
        return
    for child in node["children"]:
        _measure(child)
    held = _in_flow(node)
    main, cross, *_ = _AXES[node["layoutMode"]]
    for side in (main, cross):
        hugs = node.get(_SIZING[side]) == "HUG"
        if hugs and not held:
            node[_SIZING[side]] = "FIXED"
            hugs = False
        for child in held:
            if hugs and child[_SIZING[side]] == "FILL":
                child[_SIZING[side]] = "FIXED"
        sizes = [child[side] for child in held]
        gaps = _spacing(node) * max(len(held) - 1, 0) if side == main else 0
        inner = sum(sizes) + gaps if side == main else max(sizes, default=0)
        needed = inner + sum(node[name] for name in _BEFORE[side])
        # A box that its content overflows is a mistake that no rule of Figma repairs.
        node[side] = needed if hugs else max(needed, node.get(side, 0))


def _spacing(node: Json) -> float:
    """The spacing stored beside SPACE_BETWEEN is not in force."""
    return 0 if node["primaryAxisAlignItems"] == "SPACE_BETWEEN" else float(node["itemSpacing"])


def _place(node: Json, x: float, y: float) -> None:
    """Places from the root down; what fills takes its share first."""
    node["absoluteBoundingBox"] = {
        "x": x, "y": y, "width": node["width"], "height": node["height"],
    }  # fmt: skip
    if "laid" in node:
        for child in node["children"]:
            _place(child, x + child["at"][0], y + child["at"][1])
        return
    if "layoutMode" not in node:
        return
    main, cross, along, across = _AXES[node["layoutMode"]]
    held = _in_flow(node)
    room = {s: node[s] - sum(node[name] for name in _BEFORE[s]) for s in (main, cross)}
    _fill(node, held, room)
    used = sum(child[main] for child in held)
    gap, start = _spread(node, held, room[main] - used)
    here = {"x": x, "y": y}
    place = here[along] + node[_BEFORE[main][0]] + start
    for child in held:
        rest = room[cross] - child[cross]
        share = {"MIN": 0, "CENTER": 0.5, "MAX": 1}[node["counterAxisAlignItems"]]
        beside = here[across] + node[_BEFORE[cross][0]] + rest * share
        at = {along: place, across: beside}
        _place(child, at["x"], at["y"])
        place += child[main] + gap
    for child in node["children"]:
        if child.get("layoutPositioning") == "ABSOLUTE":
            _place(child, x + 3, y + 4)


def _fill(node: Json, held: list[Json], room: dict[str, float]) -> None:
    main, cross, *_ = _AXES[node["layoutMode"]]
    filling = [child for child in held if child[_SIZING[main]] == "FILL"]
    fixed = sum(child[main] for child in held if child not in filling)
    left = room[main] - fixed - _spacing(node) * (len(held) - 1)
    for child in filling:
        child[main] = max(left / len(filling), 0.01)
    for child in held:
        if child[_SIZING[cross]] == "FILL":
            child[cross] = max(room[cross], 0.01)


def _spread(node: Json, held: list[Json], free: float) -> tuple[float, float]:
    """The gap and where the first child begins."""
    align = node["primaryAxisAlignItems"]
    if align == "SPACE_BETWEEN":
        return (max(free, 0) / (len(held) - 1) if len(held) > 1 else 0), 0
    left = free - _spacing(node) * (len(held) - 1)
    return _spacing(node), {"MIN": 0, "CENTER": left / 2, "MAX": left}[align]


def _finished(node: Json) -> Json:
    """Without what only the layout needed."""
    kept = {key: node[key] for key in node if key not in ("width", "height", "laid", "at")}
    if "children" in kept:
        kept["children"] = [_finished(child) for child in kept["children"]]
    return kept
