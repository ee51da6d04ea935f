"""Shapes, and whole icons, as the shapes of one SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from interlock_figma.tree import geometry, kinds, layout, paint
from interlock_figma.tree.document import children
from interlock_figma.tree.geometry import Placement, place, rounded
from interlock_figma.tree.outline import outline
from interlock_figma.tree.shared import SharedStyles

Json = Mapping[str, Any]

_MOST_SHAPES = 400
"""An illustration beyond this stays a tree, so that one element never holds a whole page."""


Masks = tuple[tuple[int, ...], ...]
_DUST = 0.01
"""Pixels."""


def is_drawing(node: Json) -> bool:
    """Whether a subtree holds shapes only, one of them a curve, and no box of its own."""
    if kinds.is_curve(node):
        return not kinds.has_image(node)
    if node.get("type") not in kinds.FRAMES or not _is_bare(node):
        return False
    shapes = list(_visible_shapes(node))
    if not shapes or len(shapes) > _MOST_SHAPES or any(shape is None for shape in shapes):
        return False
    return any(kinds.is_curve(shape) for shape in shapes if shape)


def _is_bare(node: Json) -> bool:
    painted = any(paint.paints(node.get(key), 1, 1) for key in ("fills", "strokes"))
    drawn = painted or bool(paint.effects(node.get("effects"))) or bool(node.get("cornerRadius"))
    return not drawn and layout.mode(node) is None


def _visible_shapes(node: Json) -> Iterator[Json | None]:
    """The shapes below a node; None stands for anything that no SVG of ours can hold."""
    for child in children(node):
        if not kinds.is_visible(child):
            continue
        if child.get("type") in kinds.SHAPES:
            fit = not kinds.has_image(child) and not paint.effects(child.get("effects"))
            yield child if fit else None
        elif child.get("type") in kinds.FRAMES and _is_bare(child) and not _is_swappable(child):
            yield from _visible_shapes(child)
        else:
            yield None


def _is_swappable(node: Json) -> bool:
    return bool(node.get("componentPropertyReferences"))


@dataclass(frozen=True, slots=True)
class Look:
    """Opacity and blending of a shape, those of the boxes around it included."""

    opacity: float = 1.0
    blend: str = ""

    def inside(self, node: Json) -> Look:
        """The same for a layer below."""
        mode = node.get("blendMode", "PASS_THROUGH")
        own = "" if mode in ("PASS_THROUGH", "NORMAL") else paint.blend(mode)
        return Look(self.opacity * float(node.get("opacity", 1.0)), own or self.blend)


class Drawing:
    """Collects the shapes of one SVG whose coordinates are the root's box."""

    def __init__(self, root: Placement, shared: SharedStyles) -> None:
        self._root = root
        self._shared = shared
        self.shapes: list[dict[str, Any]] = []

    def add(self, node: Json, placement: Placement, masks: Masks = (), look: Look = Look()) -> None:
        """Add a shape, or every visible shape below a box; ``placement`` is the node's own.

        Args:
            masks: of the masks through which it is seen, outermost first, the places in ``shapes``.
            look: what the node and the boxes around it in the drawing say; the drawing's own root
                says it of the whole drawing.
        """
        if node.get("type") not in kinds.SHAPES:
            for child in children(node):
                if kinds.is_visible(child):
                    masks = self._added(child, place(child, placement), masks, look)
            return
        shape: dict[str, Any] = {"id": str(node.get("id")), "name": str(node.get("name") or "")}
        shape.update(self._standing(placement))
        if look.opacity < 1:
            shape["opacity"] = rounded(look.opacity)
        if look.blend:
            shape["blend"] = look.blend
        if masks:
            shape["masked_by"] = [list(mask) for mask in masks]
        shape["paths"] = self._paths(node, placement)
        if not shape["paths"] and _is_painted(node) and "fillGeometry" not in node:
            shape["missing"] = True
            shape["paths"] = self._stand_in(node, placement)
        self.shapes.append(shape)

    def _added(self, child: Json, where: Placement, masks: Masks, look: Look) -> Masks:
        """Add one child; the masks for those that follow it."""
        look = look.inside(child)
        if not child.get("isMask"):
            self.add(child, where, masks, look)
            return masks
        if self._shows_all(child, where):
            return masks
        first = len(self.shapes)
        self.add(child, where, masks, look)
        for shape in self.shapes[first:]:
            shape["mask"] = paint.mask_kind(child)
        added = tuple(range(first, len(self.shapes)))
        return (*masks, added) if added else masks

    def _shows_all(self, mask: Json, where: Placement) -> bool:
        """Whether a mask hides nothing: icons are often drawn through a box of their own size."""
        plain = mask.get("type") == "RECTANGLE" and not mask.get("cornerRadius")
        fills = paint.paints(mask.get("fills"), 1, 1)
        opaque = [fill for fill in fills if fill["type"] == "solid" and len(fill["color"]) == 7]
        box, root = self._standing(where), self._root
        return (
            plain
            and len(opaque) == len(fills) > 0
            and "matrix" not in box
            and max(box["x"], box["y"]) <= _DUST
            and box["x"] + box["width"] >= root.width - _DUST
            and box["y"] + box["height"] >= root.height - _DUST
        )

    def _standing(self, placement: Placement) -> dict[str, Any]:
        linear = geometry.compose(geometry.invert(self._root.total), placement.total)
        away = (
            placement.center[0] - self._root.center[0],
            placement.center[1] - self._root.center[1],
        )
        across, down = geometry.apply(geometry.invert(self._root.total), away)
        half = geometry.apply(linear, (placement.width / 2, placement.height / 2))
        x = rounded(across + self._root.width / 2 - half[0])
        y = rounded(down + self._root.height / 2 - half[1])
        size = {"width": rounded(placement.width), "height": rounded(placement.height)}
        if not geometry.turn(linear):
            return {"x": x, "y": y, **size}
        return {"matrix": [*(rounded(part, 5) for part in linear), x, y], **size}

    def _paths(self, node: Json, placement: Placement) -> list[dict[str, Any]]:
        fill = self._paint(node, "fills", placement)
        line = self._paint(node, "strokes", placement)
        recorded = node.get("fillGeometry") or node.get("strokeGeometry")
        if recorded and not _is_plain_line(node):
            return self._recorded(node, placement, fill, line)
        stroke = paint.stroke(node)
        width = stroke.get("width") if line else 0
        sizes = placement.width, placement.height
        # The middle of the line, which is all that SVG draws one around.
        away = {"inside": -0.5, "outside": 0.5}.get(stroke["align"], 0.0) * (width or 0)
        drawn = outline(node, *sizes, away if -2 * away < min(sizes) else 0.0)
        if drawn is None:
            return []
        path: dict[str, Any] = {"d": drawn}
        if fill and node.get("type") != "LINE":
            path["fill"] = fill
        if width:
            path |= {"stroke": line, "stroke_width": width}
            if stroke.get("dash"):
                path["dash"] = stroke["dash"]
        return [path] if len(path) > 1 else []

    def _recorded(
        self, node: Json, placement: Placement, fill: str | None, line: str | None
    ) -> list[dict[str, Any]]:
        overrides = node.get("fillOverrideTable") or {}
        paths = []
        for part in node.get("fillGeometry") or ():
            override = overrides.get(str(part.get("overrideID") or "")) or {}
            own = self._paint(override, "fills", placement) if "fills" in override else fill
            if own:
                paths.append(_path(part, own))
        if line:
            paths.extend(_path(part, line) for part in node.get("strokeGeometry") or ())
        return paths

    def _paint(self, node: Json, field: str, placement: Placement) -> str | None:
        """The name of the paints of a field, with the style that they come from."""
        found = paint.paints(node.get(field), placement.width, placement.height)
        if not found:
            return None
        used = {str(key).lower(): name for key, name in (node.get("styles") or {}).items()}
        style = used.get(field.removesuffix("s")) or used.get(field)
        value = {"paints": found, "style": style} if style else {"paints": found}
        return self._shared.name_of("fill", value)

    def _stand_in(self, node: Json, placement: Placement) -> list[dict[str, Any]]:
        """The box of a curve whose geometry the capture does not have.

        A curve that is painted and outlined is most likely a box itself, and keeps its outline;
        one without area is a straight line.
        """
        fill = self._paint(node, "fills", placement)
        line = self._paint(node, "strokes", placement)
        width = paint.stroke(node).get("width")
        across, down = rounded(placement.width), rounded(placement.height)
        if line and width and not (across and down):
            return [{"d": f"M0 0L{across} {down}", "stroke": line, "stroke_width": width}]
        path: dict[str, Any] = {"d": f"M0 0H{across}V{down}H0Z", "fill": fill or line}
        if fill and line and width:
            path |= {"stroke": line, "stroke_width": width}
        return [path]


def _path(part: Json, fill: str) -> dict[str, Any]:
    path = {"d": str(part.get("path") or ""), "fill": fill}
    if part.get("windingRule") == "EVENODD":
        path["rule"] = "evenodd"
    return path


def _is_plain_line(node: Json) -> bool:
    """A divider: told by its stroke, it stays a line that can grow."""
    ends = node.get("strokeCap") or "NONE"
    return node.get("type") == "LINE" and ends in ("NONE", "SQUARE", "ROUND")


def _is_painted(node: Json) -> bool:
    return any(paint.paints(node.get(key), 1, 1) for key in ("fills", "strokes"))
