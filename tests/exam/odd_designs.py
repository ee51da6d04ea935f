"""Figma documents that nobody would draw on purpose and somebody has: from a seed, always alike."""

from __future__ import annotations

import random
from typing import Any

Json = dict[str, Any]

NAMES = (
    *("class", "default", "import", "children", "key", "ref", "Props", "React", "Object", "String"),
    *("constructor", "__proto__", "toString", "undefined", "await", "arguments", "nodeId"),
    *("按钮", "Größe / XL-2", "кнопка", "زر", "🔥🔥", "", " ", "1234", "9 lives", "a" * 300),
    *("*/ alert(1) /*", "`${x}`", "</div>", "{value}", '"quoted"', "back\\slash", "new\nline"),
    *("Button", "button", "BUTTON", "Text field", "Link", "Nav bar", "List", "Title", "Header"),
    *("State=Hover", "A=B=C", "Size=, =L", "icon/arrow-left", "Frame 1", "Type=class, State=Hover"),
)
TEXTS = (
    *(
        "Hello",
        "",
        " ",
        "two  blanks",
        "line\nbreak",
        "end\n",
        "\u2028",
        "tab\there",
        "{a} <b> & c",
    ),
    *("مرحبا", "你好，世界", "👩‍👩‍👧‍👦 family", "`${code}`", "*/", "\\n", "'\"", "x" * 500),
)
STATES = ("Default", "Hover", "Pressed", "Focused", "Disabled", "Loading")
SHAPES = (
    *("RECTANGLE", "ELLIPSE", "LINE", "STAR", "REGULAR_POLYGON", "VECTOR", "BOOLEAN_OPERATION"),
    *("SLICE", "STICKY", "TABLE", "WIDGET", "TEXT_PATH", "NEVER_SEEN"),
)
BOXES = ("FRAME", "GROUP", "SECTION", "INSTANCE", "TRANSFORM_GROUP", "SLOT", "SLIDE")
_BLENDS = ("NORMAL", "PASS_THROUGH", "MULTIPLY", "LINEAR_BURN", "NOT_A_BLEND")
_RULES = ("LEFT", "RIGHT", "CENTER", "LEFT_RIGHT", "SCALE", "NEW_RULE")
_PROPERTY_TYPES = ("BOOLEAN", "TEXT", "INSTANCE_SWAP", "SLOT", "NEW_TYPE")


class Draughtsman:
    """Draws one odd document."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._count = 0
        self._component_ids: list[str] = []
        self._properties: dict[str, Json] = {}

    def file(self, layers: int = 12) -> Json:
        """A whole file with about ``layers`` layers on each of its two pages."""
        pages = [self._page(layers) for _ in range(2)]
        document = {"id": "0:0", "name": "Document", "type": "DOCUMENT", "children": pages}
        known = {
            identity: {"key": identity, "name": self._name(), "description": "*/ said `${it}`"}
            for identity in self._component_ids
        }
        return {
            "name": self._name(),
            "version": "1",
            "document": document,
            "components": known,
            "componentSets": {},
            "styles": {"9:9": {"key": "k", "name": self._name(), "styleType": "FILL"}},
        }

    def _page(self, layers: int) -> Json:
        held = [self._top() for _ in range(layers)]
        return {"id": self._id(), "name": self._name(), "type": "CANVAS", "children": held}

    def _top(self) -> Json:
        kind = self._chance.random()
        if kind < 0.25:
            return self._component_set()
        if kind < 0.4:
            return self._component(self._name())
        return self.node(0)

    def _component_set(self) -> Json:
        axes = self._chance.choice(
            (("State",), ("State", "Size"), ("class", "State"), ("Größe", "按钮"), ())
        )
        count = self._chance.choice((0, 1, 3, 6))
        members = [self._component(self._variant(axes, index)) for index in range(count)]
        return {
            **self._box("COMPONENT_SET"),
            "componentPropertyDefinitions": self._definitions(axes),
            "children": members,
        }

    def _variant(self, axes: tuple[str, ...], index: int) -> str:
        values = [STATES[index % len(STATES)], self._chance.choice(("L", "class", '"', "1", "大"))]
        pairs = zip(axes, values, strict=False)
        return ", ".join(f"{axis}={value}" for axis, value in pairs) or self._name()

    def _definitions(self, axes: tuple[str, ...]) -> Json:
        made: Json = {
            axis: {"type": "VARIANT", "defaultValue": "Default", "variantOptions": list(STATES)}
            for axis in axes
        }
        for number in range(self._chance.randrange(4)):
            kind = self._chance.choice(_PROPERTY_TYPES)
            default = {"BOOLEAN": True, "TEXT": "*/ `${x}` \\"}.get(kind, "404:404")
            made[f"{self._name()}#{number}:0"] = {"type": kind, "defaultValue": default}
        self._properties = made
        return made

    def _component(self, name: str) -> Json:
        made = {**self.node(0, "COMPONENT"), "name": name}
        self._component_ids.append(made["id"])
        return made

    def node(self, depth: int, kind: str = "") -> Json:
        """A layer of any kind with whatever fits, or does not fit, below it."""
        kind = kind or self._chance.choice(("TEXT", *BOXES, *SHAPES) if depth else BOXES)
        made = self._box(kind)
        if kind in ("TEXT", "TEXT_PATH"):
            made |= self._text()
        elif kind == "INSTANCE":
            made |= self._instance()
        if kind in (*BOXES, "COMPONENT", "BOOLEAN_OPERATION", "NEVER_SEEN") and depth < 4:
            held = [self.node(depth + 1) for _ in range(self._chance.randrange(4))]
            made["children"] = [*held, None] if self._maybe(0.05) else held
        return made

    def _box(self, kind: str) -> Json:
        x, y = self._chance.randrange(-500, 1500), self._chance.randrange(-500, 1500)
        width, height = self._size(), self._size()
        made: Json = {"id": self._id(), "name": self._name(), "type": kind}
        if not self._maybe(0.05):
            bounds = {"x": x, "y": y, "width": width, "height": height}
            made["absoluteBoundingBox"] = None if self._maybe(0.03) else bounds
        optional = (
            self._layout(),
            self._turned(),
            {"fills": [self._paint() for _ in range(self._chance.randrange(4))]},
            {"strokes": [self._paint()], "strokeWeight": 1.5, "strokeDashes": [4, 2]},
            {"individualStrokeWeights": {"top": 1, "bottom": 3}, "strokeAlign": "CENTER"},
            {"effects": [self._effect() for _ in range(3)]},
            {"cornerRadius": 1e4}, {"rectangleCornerRadii": [1, 2, 3, 4]},
            {"opacity": self._chance.random()}, {"blendMode": self._chance.choice(_BLENDS)},
            {"isMask": self._maybe(0.3)}, {"clipsContent": True}, {"arcData": {}},
            {"visible": self._maybe(0.7)} if kind != "COMPONENT" else {},
            {"layoutPositioning": "ABSOLUTE"}, {"layoutSizingHorizontal": "FILL"},
            {"layoutSizingVertical": "HUG"}, {"layoutGrow": 1}, {"layoutAlign": "STRETCH"},
            {"minWidth": 20, "maxWidth": 10}, {"styles": {"fill": "9:9", "text": "404:0"}},
            {"constraints": {"horizontal": self._chance.choice(_RULES), "vertical": "SCALE"}},
            {"boundVariables": {"fills": [{"id": "V:1"}], "itemSpacing": {"id": "V:2"}}},
            {"componentPropertyReferences": self._references()},
            {"fillGeometry": [{"path": "M0 0L9 9Z", "windingRule": "EVENODD"}]},
            {"gridRowAnchorIndex": 1, "gridColumnAnchorIndex": 9, "gridColumnSpan": 3},
        )  # fmt: skip
        for fields in optional:
            if self._maybe(0.2):
                made |= fields
        return made

    def _layout(self) -> Json:
        common = {"paddingLeft": 8, "paddingTop": 3.3, "itemSpacing": self._chance.choice((8, -8))}
        return self._chance.choice(
            (
                {"layoutMode": "HORIZONTAL", **common, "layoutWrap": "WRAP"},
                {"layoutMode": "VERTICAL", **common, "itemReverseZIndex": True},
                {"layoutMode": "HORIZONTAL", "primaryAxisAlignItems": "SPACE_BETWEEN"},
                {"layoutMode": "HORIZONTAL", "counterAxisAlignItems": "BASELINE", **common},
                {"layoutMode": "GRID", "gridColumnCount": 2, "gridRowCount": 0},
                {"layoutMode": "GRID", "gridColumnsSizing": "repeat(2,minmax(0,1fr)) 20px"},
                {"layoutMode": "SPIRAL"},
            )
        )

    def _turned(self) -> Json:
        flat = [[1, 0, 5], [0, 0, 5]]
        turned = [[0.7071, -0.7071, 3], [0.7071, 0.7071, 4]]
        return self._chance.choice(
            (
                {"rotation": 1.2},
                {"relativeTransform": flat},
                {"relativeTransform": turned, "size": {"x": 40, "y": 20}},
                {"relativeTransform": [[-1, 0, 3], [0, 1, 4]]},
                {"relativeTransform": []},
            )
        )

    def _paint(self) -> Json:
        colour = {"r": self._chance.random(), "g": 1.2, "b": -0.1, "a": 0.5}
        stops = [{"color": colour, "position": 0}, {"color": colour, "position": 1}]
        handles = [{"x": 0, "y": 0}, {"x": 1, "y": 1}, {"x": 0, "y": 1}]
        return self._chance.choice(
            (
                {"type": "SOLID", "color": colour, "opacity": 0.3},
                {"type": "SOLID"},
                *(
                    {"type": f"GRADIENT_{kind}", "gradientStops": stops}
                    | ({"gradientHandlePositions": handles} if self._maybe(0.7) else {})
                    for kind in ("LINEAR", "RADIAL", "ANGULAR", "DIAMOND")
                ),
                {"type": "GRADIENT_LINEAR", "gradientStops": [], "gradientHandlePositions": []},
                *(
                    {"type": "IMAGE", "imageRef": "ab'c)d", "scaleMode": mode, "scalingFactor": 0.5}
                    for mode in ("FILL", "FIT", "TILE", "STRETCH", "CROP")
                ),
                {"type": "IMAGE"},
                {"type": "VIDEO"},
                {"type": "PATTERN", "sourceNodeId": "1:1"},
            )
        )

    def _effect(self) -> Json:
        kinds = ("DROP_SHADOW", "INNER_SHADOW", "LAYER_BLUR", "BACKGROUND_BLUR", "NOISE", "GLASS")
        effect: Json = {"type": self._chance.choice(kinds), "radius": 4}
        if self._maybe(0.5):
            effect |= {"color": {"r": 0, "g": 0, "b": 0, "a": 0.2}, "offset": {"x": 0, "y": 2}}
        return effect

    def _text(self) -> Json:
        text = self._chance.choice(TEXTS)
        style: Json = {
            "fontFamily": self._chance.choice(("Inter", 'O\'Neil "Sans"', "思源黑体")),
            "fontSize": self._chance.choice((0, 12, 13.37, 400)),
            "fontWeight": self._chance.choice((400, 450, 1000)),
            "textAutoResize": self._chance.choice(("HEIGHT", "WIDTH_AND_HEIGHT", "TRUNCATE", "")),
        }
        runs = [self._chance.randrange(3) for _ in range(min(len(text), 9))]
        table = {"1": {"fontWeight": 700, "hyperlink": {"url": 'javascript:alert("1")'}}}
        return {
            "characters": text,
            "style": style if self._maybe(0.9) else {},
            "characterStyleOverrides": runs if self._maybe(0.4) else [],
            "styleOverrideTable": table,
            "lineTypes": ["UNORDERED", "NONE"],
        }

    def _instance(self) -> Json:
        known = self._chance.choice((*self._component_ids, "404:404"))
        value = {"value": known, "type": "INSTANCE_SWAP"}
        return {"componentId": known, "componentProperties": {f"{self._name()}#0:0": value}}

    def _references(self) -> Json:
        fields = {"visible": "BOOLEAN", "characters": "TEXT", "mainComponent": "INSTANCE_SWAP"}
        field, kind = self._chance.choice(list(fields.items()))
        fit = [key for key, entry in self._properties.items() if entry["type"] == kind]
        return {field: self._chance.choice((*fit, "gone#1:1"))}

    def _id(self) -> str:
        self._count += 1
        return f"{self._count // 7}:{self._count}"

    def _name(self) -> str:
        return self._chance.choice(NAMES)

    def _size(self) -> float:
        return self._chance.choice((0, 0.01, 1, 16, 24, 33.33, 120, 700, 1440, 1e5))

    def _maybe(self, share: float) -> bool:
        return self._chance.random() < share
