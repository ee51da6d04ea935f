"""What a user of a component puts into it: slots and fields."""

from typing import Any

from interlock_codegen.service import make_component


def a_node(of: str = "frame", **fields: Any) -> dict[str, Any]:
    sizing = {"horizontal": "fixed", "vertical": "fixed"}
    box = {"x": 0, "y": 0, "width": 100, "height": 40}
    return {"id": "1:1", "name": "Layer", "type": of, "box": box, "sizing": sizing, **fields}


def a_text(text: str, **fields: Any) -> dict[str, Any]:
    setting = {"align": "left", "valign": "top", "resize": "hug"}
    return a_node("text", text=text, text_box=setting, **fields)


def a_row(*children: Any, **fields: Any) -> dict[str, Any]:
    layout = {"mode": "row", "justify": "start", "align": "center"}
    return a_node(layout=layout, children=list(children), **fields)


def code_of(tree: Any, *props: Any, name: str = "Thing") -> str:
    entry = {"id": "9:9", "name": name, "identifier": "Thing", "props": props, "styles": {}}
    variants = [{"id": "v", "name": "", "values": {}, "tree": tree}]
    made = make_component({**entry, "variants": variants}, None)
    return str(made["files"]["components/Thing.tsx"])


def test_a_slot_takes_a_node_in_place_of_what_it_shows() -> None:
    content = {"key": "Content#1:2", "name": "Content", "identifier": "content"}
    slot = {**content, "type": "instance_swap", "default": None}
    held = a_row(a_text("Nothing yet"), bindings={"slot": "Content#1:2"}, name="Body")

    code = code_of(a_row(held), slot)

    assert "content?: ReactNode;" in code
    assert "{content ?? (" in code
    before, _, after = code.partition("{content ?? (")
    assert "flex items-center" in before
    assert "Nothing yet" in after


def test_a_field_carries_all_of_a_text_of_several_runs() -> None:
    runs = [{"text": "Email "}, {"text": "*", "fill": "fill_1"}]

    code = code_of(a_row(a_text("Email *", runs=runs)), name="Text field")

    assert 'placeholder="Email *"' in code
