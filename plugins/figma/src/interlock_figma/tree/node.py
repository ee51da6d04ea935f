"""One node of Figma's JSON as one node of the simplified tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock_figma.tree import kinds, layout, masks, paint, typography
from interlock_figma.tree.bindings import bindings, instance_of, variables
from interlock_figma.tree.document import Document, children
from interlock_figma.tree.geometry import Placement, place, rounded, turn
from interlock_figma.tree.outline import outline
from interlock_figma.tree.shared import SharedStyles
from interlock_figma.tree.vectors import Drawing, is_drawing

Json = Mapping[str, Any]


class Simplifier:
    """Makes simplified trees whose shared styles lie in one table.

    Attributes:
        shared: the table; a node's ``fill``, ``stroke``, ``effects`` and ``text_style`` name
            entries of it.
        warnings: ``{node, name, message}`` for whatever was not understood.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.shared = SharedStyles()
        self.warnings: list[dict[str, str]] = []

    def tree(self, root: Json, *, as_component: bool = False) -> dict[str, Any]:
        """The tree below ``root``, whose box starts at 0, 0.

        Args:
            as_component: keep layers that a boolean property may show, and say which property
                drives which layer.
        """
        return self._node(root, None, None, as_component)

    def _node(
        self, node: Json, parent: Json | None, around: Placement | None, scoped: bool
    ) -> dict[str, Any]:
        where = place(node, around)
        result: dict[str, Any] = {
            "id": str(node.get("id") or ""),
            "name": str(node.get("name") or ""),
            "type": "frame",
            "box": where.box(),
            **turn(where.local),
            "sizing": layout.sizing(node, parent),
            **layout.as_item(node, parent),
        }
        self._appearance(node, where, result)
        if scoped and (bound := bindings(node)):
            result["bindings"] = bound
        if bound_variables := variables(node):
            result["variables"] = bound_variables
        self._content(node, where, result, scoped)
        return result

    def _appearance(self, node: Json, where: Placement, result: dict[str, Any]) -> None:
        if not kinds.is_visible(node):
            result["hidden"] = True
        if float(node.get("opacity", 1.0)) < 1:
            result["opacity"] = rounded(node["opacity"])
        if node.get("blendMode", "PASS_THROUGH") not in ("PASS_THROUGH", "NORMAL"):
            result["blend"] = paint.blend(node["blendMode"])
        if effects := paint.effects(node.get("effects")):
            self._note_unknown_effects(node, effects)
            result["effects"] = self._named("effect", effects, node, ("effect",))

    def _content(self, node: Json, where: Placement, result: dict[str, Any], scoped: bool) -> None:
        kind = str(node.get("type") or "")
        if is_drawing(node):
            result["type"] = "vector"
            drawing = Drawing(where, self.shared)
            drawing.add(node, where)
            result["shapes"] = drawing.shapes
            if kind == "INSTANCE":
                result["component"] = instance_of(node, self.document)
        elif kind in kinds.TEXTS or _is_styled_text(node):
            self._text(node, where, result)
        else:
            self._box(node, where, result)
            if kinds.is_curve(node):
                self._cut_out(node, where, result)
            else:
                self._children(node, where, result, scoped)
            if node.get("characters"):
                result.setdefault("children", []).append(self._caption(node, result))
        if kind not in kinds.FRAMES | kinds.TEXTS | kinds.SHAPES:
            result["figma_type"] = kind
            self._warn(node, f"node type {kind or '(none)'} is not known; drawn as a plain box")

    def _box(self, node: Json, where: Placement, result: dict[str, Any]) -> None:
        kind = str(node.get("type") or "")
        result["type"] = {"GROUP": "group", "RECTANGLE": "rectangle", "ELLIPSE": "ellipse"}.get(
            kind, "frame"
        )
        self._paints(node, where, result)
        if corner := paint.radius(node):
            result["radius"] = corner
        if node.get("clipsContent"):
            result["clip"] = True
        if way := layout.scrolls(node):
            result["scrolls"] = way
        if described := layout.container(node):
            result["layout"] = described
        if kind == "COMPONENT_SET":
            result["holds_variants"] = True
        if kind == "INSTANCE":
            result["type"] = "instance"
            result["component"] = instance_of(node, self.document)

    def _cut_out(self, node: Json, where: Placement, result: dict[str, Any]) -> None:
        """A picture in the shape of a curve; the parts of a boolean shape are not seen."""
        parts = [str(part.get("path") or "") for part in node.get("fillGeometry") or ()]
        path = " ".join(filter(None, parts)) or outline(node, where.width, where.height)
        if path:
            result["clip_path"] = path
        else:
            self._warn(node, "the outline of this picture is not in the capture; it fills its box")

    def _paints(self, node: Json, where: Placement, result: dict[str, Any]) -> None:
        if fills := paint.paints(node.get("fills"), where.width, where.height):
            result["fill"] = self._named("fill", {"paints": fills}, node, ("fill", "fills"))
            self._note_unknown_paints(node, fills)
        described = paint.stroke(node)
        strokes = paint.paints(node.get("strokes"), where.width, where.height)
        if strokes and paint.has_width(described):
            value = {"paints": strokes, **described}
            result["stroke"] = self._named("stroke", value, node, ("stroke", "strokes"))

    def _text(self, node: Json, where: Placement, result: dict[str, Any]) -> None:
        result["type"] = "text"
        result["text"] = str(node.get("characters") or "")
        pieces = typography.runs(node)
        base = typography.base_of(pieces)
        # Without a letter in it, the text's own style would still make its lines taller.
        drawn = typography.drawn_as(node, base) if base else node
        value = _text_style(drawn.get("style") or {}, node)
        result["text_style"] = self._named("text", value, drawn, ("text",))
        result["text_box"] = typography.text_box(node)
        self._paints(drawn, where, result)
        if "fills" in drawn and "fill" not in result:
            result["unpainted"] = True
        if len(pieces) > 1 or base:
            result["runs"] = [
                self._run(node, where, text, number, result) if number else {"text": text}
                for text, number in pieces
            ]
        if lines := typography.lists(node):
            result["lists"] = lines

    def _caption(self, node: Json, around: Json) -> dict[str, Any]:
        """The words of a box that carries some itself, as a sticky note or a table cell does."""
        style = {"textAlignHorizontal": "CENTER", "textAlignVertical": "CENTER"}
        words = {"style": {**style, **(node.get("style") or {})}, "characters": node["characters"]}
        return {
            "id": f"{around['id']}:text",
            "name": "Text",
            "type": "text",
            "box": {**around["box"], "x": 0, "y": 0},
            "sizing": {"horizontal": "fixed", "vertical": "fixed"},
            "constraints": {"horizontal": "stretch", "vertical": "stretch"},
            "text": str(node["characters"]),
            "text_style": self._named("text", _text_style(words["style"], node), node, ("text",)),
            "text_box": typography.text_box(words),
        }

    def _run(
        self, node: Json, where: Placement, text: str, number: int, drawn: Json
    ) -> dict[str, Any]:
        """What characters of this number have that the text, as it is drawn, has not."""
        run: dict[str, Any] = {"text": text}
        look = typography.restyled(node, number)
        value = _text_style(look.get("style") or {}, node)
        own = {"text_style": self._named("text", value, look, ("text",))}
        if painted := paint.paints(look.get("fills"), where.width, where.height):
            own["fill"] = self._named("fill", {"paints": painted}, look, ("fill", "fills"))
        run |= {key: name for key, name in own.items() if drawn.get(key) != name}
        override = typography.override(node, number) or {}
        if link := (override.get("hyperlink") or {}).get("url"):
            run["href"] = str(link)
        return run

    def _children(self, node: Json, where: Placement, result: dict[str, Any], scoped: bool) -> None:
        # Inside an instance the references speak of that instance's component, not of ours.
        inside = scoped and node.get("type") != "INSTANCE"
        kept = [child for child in children(node) if self._is_kept(child, inside)]
        found: list[dict[str, Any]] = []
        into, mask = found, None
        for number, child in enumerate(kept):
            made = self._node(child, node, where, inside)
            if not child.get("isMask"):
                into.append(masks.seen_through(made, mask) if mask else made)
            elif masks.can_hold(kept[number + 1 :], node):
                clip, fault = masks.window(child, made, place(child, where))
                self._note(child, fault)
                into.append(clip)
                into, where, mask = clip["children"], place(child, where), None
            else:
                into.append(masks.unpainted(made))
                mask = made
                self._note(child, masks.unsaid(child, made))
        if found:
            result["children"] = found

    def _note(self, node: Json, fault: str) -> None:
        if fault:
            self._warn(node, fault)

    def _is_kept(self, child: Json, scoped: bool) -> bool:
        if kinds.is_visible(child):
            return True
        driven = "visible" in (child.get("componentPropertyReferences") or {})
        return scoped and driven and child.get("type") not in kinds.UNDRAWN

    def _named(self, kind: str, value: dict[str, Any], node: Json, keys: tuple[str, ...]) -> str:
        """Hoist a value, with the id of the Figma style it comes from."""
        used = {str(key).lower(): name for key, name in (node.get("styles") or {}).items()}
        style = next((used[key] for key in keys if key in used), None)
        return self.shared.name_of(kind, {**value, "style": style} if style else value)

    def _note_unknown_paints(self, node: Json, fills: list[dict[str, Any]]) -> None:
        for fill in fills:
            if fill["type"] == "unknown":
                self._warn(node, f"paint type {fill['figma_type']} is not known; left out")

    def _note_unknown_effects(self, node: Json, effects: dict[str, Any]) -> None:
        for kind in effects.pop("unknown", ()):
            self._warn(node, f"effect {kind} has no CSS; left out")
        for kind in effects.pop("near", ()):
            self._warn(node, f"effect {kind} has no CSS; an even blur stands in")

    def _warn(self, node: Json, message: str) -> None:
        name = str(node.get("name") or "")
        self.warnings.append({"node": str(node.get("id") or ""), "name": name, "message": message})


def _text_style(style: Json, node: Json) -> dict[str, Any]:
    return typography.text_style(style, int(node.get("layoutVersion") or 0))


def _is_styled_text(node: Json) -> bool:
    """Whether a node of no known type can only be a text."""
    return {"characters", "style"} <= node.keys() and node.get("type") not in kinds.FRAMES
