"""When a screen refers to a component, and when it has to write a layer out."""

from typing import Any

from interlock_codegen.library import Library

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
    assert refer(instance(a_text("I9:9;1:2", "Send"))) == ("Button", {})


def test_another_text_is_a_property() -> None:
    assert refer(instance(a_text("I9:9;1:2", "Go"))) == ("Button", {"label": "Go"})


def test_a_layer_switched_off_is_a_property() -> None:
    assert refer(instance()) == ("Button", {"show": "false"})


def test_an_override_that_no_property_says_is_written_out() -> None:
    assert refer(instance(a_text("I9:9;1:2", "Send", text_style="text_2"))) is None


def test_another_size_is_written_out() -> None:
    assert refer(instance(a_text("I9:9;1:2", "Send"), width=120)) is None


def test_the_component_itself_is_referred_to_where_it_stands() -> None:
    assert refer(TREE) == ("Button", {})
