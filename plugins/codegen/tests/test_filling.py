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


def test_a_label_in_the_boxes_of_a_field_is_its_label() -> None:
    box = a_row(a_text("you@example.com"), name="Input", stroke="line", id="1:5")
    labelled = a_row(a_text("Email", id="1:9"), box, name="Input with label", id="1:4")

    code = code_of(a_row(labelled, name="Input field"), name="Input field outline")

    assert "<label" in code
    assert 'placeholder="you@example.com"' in code
    assert "aria-label" not in code


def test_a_field_that_is_only_called_one_is_named_for_what_it_asks() -> None:
    code = code_of(a_row(a_text("Search"), name="Input"), name="Input")

    assert 'aria-label="Search"' in code


def test_what_holds_a_field_shows_the_fields_states() -> None:
    def drawn(state: str, **fields: Any) -> dict[str, Any]:
        box = a_row(a_text("you@example.com"), name="Input", stroke="line", id="1:5", **fields)
        label = a_row(a_text("Email", id="1:9"), box, name="Input with label", id="1:4")
        tree = a_row(label, a_text("A hint", id="1:6"), name=f"State={state}")
        return {"id": state, "name": f"State={state}", "values": {"State": state}, "tree": tree}

    states = ["Placeholder", "Focused", "Disabled"]
    prop = {"key": "State", "name": "State", "identifier": "state", "type": "variant"}
    entry = {"id": "9:9", "name": "Input field", "identifier": "Thing", "styles": {}}
    variants = [drawn("Placeholder"), drawn("Focused", opacity=0.9), drawn("Disabled", opacity=0.5)]
    props = [{**prop, "default": "Placeholder", "options": states}]

    made = make_component({**entry, "props": props, "variants": variants}, None)

    code = made["files"]["components/Thing.tsx"]
    assert "group-has-focus-visible:opacity-90" in code
    assert "group-has-disabled:opacity-50" in code
    assert "disabled={disabled}" in code


def test_a_field_far_below_its_label_is_a_label_of_its_own() -> None:
    content = a_row(a_text("you@example.com"), name="Content", id="1:6")
    box = a_row(content, name="Input", stroke="line", id="1:5")
    labelled = a_row(a_text("Email", id="1:9"), box, name="Input with label", id="1:4")

    code = code_of(a_row(labelled, name="Input field"), name="Input field outline")

    assert code.index("<p") < code.index("<label") < code.index("<input")


def test_what_is_written_nowhere_names_no_field_and_leads_nowhere() -> None:
    field = code_of(a_row(a_text("\u2028")), name="Text field")
    link = code_of(a_row(a_text("\u2028", name="Link")))

    assert 'aria-label="Text"' in field
    assert "<a" not in link


def test_a_field_that_fills_a_box_does_not_hold_it_open() -> None:
    fill = {"sizing": {"horizontal": "fill", "vertical": "hug"}}

    assert "size={1}" in code_of(a_row(a_text("Search", **fill)), name="Text field")
    assert "size=" not in code_of(a_row(a_text("Search")), name="Text field")
