"""States whose layers are not those of the resting variant, and names that clash."""

from typing import Any

from interlock_codegen.package import assemble
from interlock_codegen.service import make_component


def a_text(text: str) -> dict[str, Any]:
    return {
        "id": f"t:{text}",
        "name": "Words",
        "type": "text",
        "text": text,
        "box": {"x": 0, "y": 0, "width": 60, "height": 20},
        "sizing": {"horizontal": "hug", "vertical": "hug"},
        "text_box": {"align": "left", "valign": "top", "resize": "hug"},
    }


def a_variant(state: str, *children: Any) -> dict[str, Any]:
    tree = {
        "id": f"v:{state}",
        "name": f"State={state}",
        "type": "frame",
        "box": {"x": 0, "y": 0, "width": 100, "height": 40},
        "sizing": {"horizontal": "hug", "vertical": "fixed"},
        "layout": {"mode": "row", "justify": "start", "align": "center"},
        "children": list(children),
    }
    return {"id": tree["id"], "name": tree["name"], "values": {"State": state}, "tree": tree}


def made(*variants: Any, name: str = "Chip", props: tuple[Any, ...] = ()) -> dict[str, Any]:
    states = {
        "key": "State",
        "name": "State",
        "identifier": "state",
        "type": "variant",
        "default": "Default",
        "options": [each["values"].get("State", "") for each in variants],
    }
    component = {
        "id": "9:9",
        "name": name,
        "identifier": "Chip",
        "props": [states, *props],
        "variants": list(variants),
        "styles": {},
    }
    return make_component(component, None)


def code_of(*variants: Any, **given: Any) -> str:
    return str(made(*variants, **given)["files"]["components/Chip.tsx"])


def test_a_layer_that_only_a_state_has_is_there_and_hidden_until_then() -> None:
    code = code_of(
        a_variant("Default", a_text("Save")), a_variant("Hover", a_text("Save"), a_text("now"))
    )

    (line,) = [line for line in code.splitlines() if ">now<" in line]
    assert '"hidden' in line
    assert "group-hover:" in line.replace("group-hover:hidden", "")
    assert code.count(">Save<") == 1


def test_a_layer_that_a_state_lacks_is_hidden_in_it() -> None:
    code = code_of(a_variant("Default", a_text("Save"), a_text("now")), a_variant("Hover"))

    assert code.count("group-hover:hidden") == 2


def test_what_hovering_shows_gives_way_to_what_pressing_shows() -> None:
    code = code_of(
        a_variant("Default"), a_variant("Hover", a_text("over")), a_variant("Pressed", a_text("in"))
    )

    (over,) = [line for line in code.splitlines() if ">over<" in line]
    assert "group-active:hidden" in over


def test_a_box_that_is_no_control_says_disabled_as_data() -> None:
    code = code_of(a_variant("Default"), a_variant("Disabled"), name="Navigation")

    assert "data-disabled={disabled || undefined}" in code
    assert "aria-disabled" not in code


def test_a_property_of_the_design_keeps_its_name_beside_ours() -> None:
    own = {"key": "d#1", "name": "disabled", "identifier": "disabled", "type": "text"}

    code = code_of(a_variant("Default"), a_variant("Disabled"), props=({**own, "default": "no"},))

    assert "disabled?: string;" in code
    assert "theDisabled?: boolean;" in code


def test_a_conflicting_variant_is_reported() -> None:
    report = made(a_variant("Default"), a_variant("Default", a_text("twin")))["report"]

    assert any("conflicting" in warning["message"] for warning in report["warnings"])


def test_a_variant_that_says_no_value_is_the_default_one() -> None:
    unsaid = {**a_variant("x", a_text("Lost")), "values": {}}

    told = made(a_variant("Default", a_text("Kept")), a_variant("Open", a_text("Seen")), unsaid)

    code = told["files"]["components/Chip.tsx"]
    assert ("Kept" in code, "Seen" in code, "Lost" in code) == (True, True, False)
    assert [each["node"] for each in told["report"]["warnings"]] == ["v:x"]


def test_a_package_does_not_import_itself() -> None:
    assert '"name": "react-design"' in assemble([], None, "React")["files"]["package.json"]


def test_a_package_is_called_by_the_words_of_its_name() -> None:
    package = assemble([], None, " The Company -- Kit! ")["files"]["package.json"]

    assert '"name": "the-company-kit"' in package


def test_a_state_without_a_resting_variant_stands_for_one() -> None:
    size = {"key": "Size", "name": "Size", "identifier": "size", "type": "variant"}
    sizes = {**size, "default": "S", "options": ["S", "L"]}
    resting, hover, large = (
        a_variant(state, a_text(text))
        for state, text in (("Default", "Small"), ("Hover", "Small"), ("Hover", "Large"))
    )
    for each, value in ((resting, "S"), (hover, "S"), (large, "L")):
        each["values"] = {**each["values"], "Size": value}

    code = code_of(resting, hover, large, props=(sizes,))

    assert '"L": "Large"' in code or 'L: "Large"' in code


def test_a_button_that_says_nothing_at_first_has_a_name() -> None:
    code = code_of(a_variant("Default", a_text(" ")), a_variant("Hover", a_text(" ")))

    assert 'aria-label="' in code


def test_an_empty_name_of_a_variant_drives_no_layer() -> None:
    nameless = {"key": "", "name": "", "identifier": "nameless", "type": "variant"}

    code = code_of(
        a_variant("Default", a_text("Save")), props=({**nameless, "default": "", "options": [""]},)
    )

    assert "nameless" not in code


def test_a_field_rests_as_its_placeholder_and_a_status_is_no_state() -> None:
    field = code_of(a_variant("Placeholder", a_text("A")), a_variant("Focused", a_text("A")))
    badge = code_of(a_variant("Active", a_text("A")), a_variant("Pending", a_text("A")))

    assert "state?" not in field
    assert 'state?: "Active" | "Pending"' in badge


def test_tables_are_named_for_properties_and_not_for_what_a_text_says() -> None:
    size = {"key": "Size", "name": "Size", "identifier": "size", "type": "variant"}
    small, large = (a_variant("Default", a_text("Send me news")) for _ in range(2))
    for each, value in ((small, "S"), (large, "L")):
        each["values"] = {"Size": value}
        text = each["tree"]["children"][0]
        text |= {"name": "Send me news", "opacity": 0.5 if value == "S" else 1}

    code = code_of(small, large, props=({**size, "default": "S", "options": ["S", "L"]},))

    assert "const textClasses" in code


def test_a_state_that_is_another_kind_of_element_takes_the_place_of_the_resting_one() -> None:
    resting, pressed = a_variant("Default", a_text("Save")), a_variant("Pressed", a_text("Done"))
    resting["tree"] |= {"type": "vector", "shapes": []}

    code = code_of(resting, a_variant("Hover", a_text("Now")), pressed)

    assert code.index("<svg") < code.index("Now") < code.index("Done")
    hovered = code.partition("<svg")[2].partition("<button")[2].partition(">")[0]
    assert 'className="hidden' in hovered
    assert "group-hover:flex group-active:hidden" in hovered
    assert "group-hover:hidden group-active:hidden" in code.partition("<svg")[2].partition(">")[0]


def test_a_state_is_known_behind_a_number_or_a_mark() -> None:
    variants = [
        a_variant(f"S-0{n} {said}", a_text("A")) for n, said in enumerate(("Rest", "Hover"))
    ]
    variants[1]["tree"]["opacity"] = 0.5

    coded = code_of(*variants)

    assert "state?" not in coded
    assert "hover:opacity-50" in coded
