"""When a screen refers to a component, and when it has to write a layer out."""

from typing import Any

from interlock_codegen.library import Library, Use
from interlock_codegen.service import make_component

FIXED = {"horizontal": "fixed", "vertical": "fixed"}
HUG = {"horizontal": "hug", "vertical": "hug"}


def a_text(identity: str, text: str, **fields: Any) -> dict[str, Any]:
    box = {"x": 0, "y": 0, "width": 40, "height": 20}
    return {"id": identity, "name": "Label", "type": "text", "text": text, "box": box,
            "sizing": HUG, "text_style": "text_1", **fields}  # fmt: skip


def a_box(identity: str, *children: Any, width: float = 100, **fields: Any) -> dict[str, Any]:
    box = {"x": 0, "y": 0, "width": width, "height": 40}
    layout = {"mode": "row", "justify": "start", "align": "center"}
    return {"id": identity, "name": "Button", "type": "frame", "box": box, "sizing": FIXED,
            "layout": layout, "children": list(children), **fields}  # fmt: skip


TREE = a_box("1:1", a_text("1:2", "Send", bindings={"text": "Label#1", "visible": "Show#2"}))
COMPONENT = {
    "id": "1:1",
    "identifier": "Button",
    "styles": {"text_1": {"size": 16}},
    "variants": [{"id": "1:1", "values": {}, "tree": TREE}],
    "props": [
        {"key": "Label#1", "identifier": "label", "type": "text", "default": "Send"},
        {"key": "Show#2", "identifier": "show", "type": "boolean", "default": True},
    ],
}
STYLES = {"text_1": {"size": 16}, "text_2": {"size": 20}}


def instance(*children: Any, **fields: Any) -> dict[str, Any]:
    return a_box("9:9", *children, **{"component": {"id": "1:1"}, **fields})


def refer(node: Any) -> Any:
    return Library([COMPONENT]).reference(node, STYLES)


def test_an_untouched_instance_is_the_component() -> None:
    assert refer(instance(a_text("I9:9;1:2", "Send"))) == Use("Button", {})


def test_another_text_is_a_property() -> None:
    assert refer(instance(a_text("I9:9;1:2", "Go"))) == Use("Button", {"label": "Go"})


def test_a_layer_switched_off_is_a_property() -> None:
    assert refer(instance()) == Use("Button", {"show": "false"})


def test_an_override_that_no_property_says_is_written_out() -> None:
    assert refer(instance(a_text("I9:9;1:2", "Send", text_style="text_2"))) is None


def test_another_size_is_written_out() -> None:
    assert refer(instance(a_text("I9:9;1:2", "Send"), width=120)) is None


def test_the_component_itself_is_referred_to_where_it_stands() -> None:
    assert refer(TREE) == Use("Button", {})


def an_icon(identity: str, paint: str, **fields: Any) -> dict[str, Any]:
    box = {"x": 0, "y": 0, "width": 16, "height": 16}
    shape = {"id": f"{identity};2", "name": "Shape", "x": 0, "y": 0, "width": 16, "height": 16}
    path = {"d": "M0 0L16 8L0 16Z", "fill": paint}
    return {"id": identity, "name": "Star", "type": "vector", "box": box, "sizing": FIXED,
            "shapes": [{**shape, "paths": [path]}], **fields}  # fmt: skip


def solid(colour: str) -> dict[str, Any]:
    return {"paints": [{"type": "solid", "color": colour}]}


STAR = {
    "id": "5:1",
    "name": "Star",
    "identifier": "Star",
    "styles": {"fill_1": solid("#000000")},
    "variants": [{"id": "5:1", "name": "Star", "values": {}, "tree": an_icon("5:1", "fill_1")}],
    "props": [],
}
INK = {"fill_1": solid("#000000"), "fill_2": solid("#ff0000")}


def button(*colours: str, styles: Any = INK) -> str:
    """The code of a button whose variants show the star in these paints."""
    variants = []
    for number, colour in enumerate(colours):
        star = an_icon(f"I6:{number}", colour, component={"id": "5:1"})
        tree = {**a_box(f"7:{number}", star), "name": f"Kind={number}"}
        variants.append(
            {"id": f"7:{number}", "name": f"Kind={number}", "values": {"Kind": str(number)}}
            | {"tree": tree}
        )
    kinds = [str(number) for number in range(len(colours))]
    kind = {"key": "Kind", "name": "Kind", "identifier": "kind", "type": "variant"}
    given = {"id": "7:9", "name": "Button", "identifier": "Button", "variants": variants}
    given |= {"props": [{**kind, "default": "0", "options": kinds}], "styles": styles}
    made = make_component(given, None, None, False, [STAR, given])
    assert made["report"]["uses"] == ["Star"]
    return str(made["files"]["components/Button.tsx"])


def test_a_component_imports_the_icons_in_it() -> None:
    code = button("fill_1")

    assert code.startswith('import { Star } from "./Star";\n')
    assert '<Star className="shrink-0" />' in code


def test_an_icon_of_another_colour_is_told_it_from_outside() -> None:
    code = button("fill_1", "fill_2")

    assert "**:fill-[#000000]" in code
    assert "**:fill-[#ff0000]" in code
    assert code.count("<Star ") == 1
