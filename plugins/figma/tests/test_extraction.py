"""Components and tokens: by rule on small documents, and over the recorded ones."""

import json
from pathlib import Path
from typing import Any

import pytest

from interlock_figma import components, design, naming, tokens
from interlock_figma.tree import read_document

RECORDINGS = Path(__file__).parents[2] / "simulator/src/interlock_simulator/recordings/figma"
FILES = sorted(path for path in RECORDINGS.glob("*.json") if path.name != "INDEX.json")


def load(path: Path) -> Any:
    return read_document(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_recorded_designs_become_small_json(path: Path) -> None:
    document = load(path)

    made = [components.extract(document), tokens.extract(document), design.simplified(document)]

    assert all(len(json.dumps(each)) < path.stat().st_size / 2 for each in made)


def test_all_components_of_a_large_file_are_found_under_names_of_their_own() -> None:
    found = components.extract(load(RECORDINGS / "radix-icons.file.json"))

    assert found["count"] == 332
    assert len({each["identifier"].lower() for each in found["components"]}) == 332


def test_the_properties_of_a_set_have_types_and_names() -> None:
    found = components.extract(load(RECORDINGS / "figma-importer-example.file.json"))
    by_name = {each["name"]: each for each in found["components"]}

    props = {prop["name"]: prop for prop in by_name["Button.compound"]["props"]}

    assert props["State"]["options"] == ["Default", "Hover", "Press", "Disabled"]
    assert props["Text"] | {"key": ""} == {
        "key": "",
        "name": "Text",
        "identifier": "text",
        "type": "text",
        "default": "Button",
    }
    assert props["Show Right Icon"]["type"] == "boolean"
    assert props["Left Icon"]["type"] == "instance_swap"


def test_variants_of_old_captures_are_told_by_their_names() -> None:
    names = ["Size=S, On=Yes", "Size=L, On=Yes"]
    members = [{"id": f"2:{i}", "name": n, "type": "COMPONENT"} for i, n in enumerate(names)]
    node = {"id": "1:1", "name": "Box", "type": "COMPONENT_SET", "children": members}

    (found,) = components.extract(read_document(node | {"type": "FRAME", "children": [node]}))[
        "components"
    ]

    assert [prop["options"] for prop in found["props"]] == [["S", "L"], ["Yes"]]
    assert found["variants"][1]["values"] == {"Size": "L", "On": "Yes"}


def text_node(style_id: str, size: int) -> dict[str, Any]:
    return {
        "id": f"1:{size}",
        "type": "TEXT",
        "characters": "x",
        "style": {"fontFamily": "Inter", "fontSize": size, "fontWeight": 400, "lineHeightPx": 20},
        "styles": {"text": style_id, "fill": "S:2"},
        "fills": [{"type": "SOLID", "color": {"r": 0, "g": 0, "b": 0, "a": 1}}],
    }


def test_a_colour_and_a_text_style_of_one_name_get_two() -> None:
    body = {
        "document": {
            "id": "0:0",
            "type": "DOCUMENT",
            "children": [{"id": "0:1", "type": "CANVAS", "children": [text_node("S:1", 14)]}],
        },
        "styles": {"S:1": {"name": "Body"}, "S:2": {"name": "Body"}},
    }

    found = tokens.extract(read_document(body))

    names = [token["name"] for token in found["tokens"]]
    assert len(names) == len(set(names))
    assert found["references"]["typography:S:1"] != found["references"]["color:S:2"]
    assert found["dtcg"]["typography"]["body"]["$type"] == "typography"


def test_bound_variables_without_names_are_named_for_their_values() -> None:
    node = {
        "id": "1:1",
        "type": "FRAME",
        "itemSpacing": 12,
        "boundVariables": {"itemSpacing": {"type": "VARIABLE_ALIAS", "id": "VariableID:9"}},
    }

    found = tokens.extract(read_document({"id": "0:1", "type": "CANVAS", "children": [node]}))

    assert found["references"] == {"spacing:VariableID:9": "space-12"}
    assert "--spacing-space-12: 12px;" in found["css"]


def test_named_variables_bring_modes_and_follow_aliases() -> None:
    light, dark = {"r": 1, "g": 1, "b": 1, "a": 1}, {"r": 0, "g": 0, "b": 0, "a": 1}
    payload = {
        "variables": {
            "V:1": {
                "name": "surface",
                "resolvedType": "COLOR",
                "variableCollectionId": "C:1",
                "valuesByMode": {"1:0": light, "1:1": {"type": "VARIABLE_ALIAS", "id": "V:2"}},
            },
            "V:2": {
                "name": "black",
                "resolvedType": "COLOR",
                "variableCollectionId": "C:2",
                "valuesByMode": {"2:0": dark},
            },
        },
        "variableCollections": {
            "C:1": {
                "defaultModeId": "1:0",
                "modes": [{"modeId": "1:0", "name": "Light"}, {"modeId": "1:1", "name": "Dark"}],
            },
            "C:2": {"defaultModeId": "2:0", "modes": [{"modeId": "2:0", "name": "Value"}]},
        },
    }
    page = read_document({"id": "0:1", "type": "CANVAS", "children": []})

    css = tokens.extract(page, payload)["css"]

    assert "--color-surface: #ffffff;" in css
    assert '[data-theme="dark"] {\n  --color-surface: #000000;' in css


@pytest.mark.parametrize(
    ("name", "identifier"),
    [("icon / arrow-left", "IconArrowLeft"), ("Größe XL", "GrosseXL"), ("3D box", "N3DBox")],
)
def test_layer_names_become_identifiers(name: str, identifier: str) -> None:
    assert naming.pascal(name) == identifier


def test_names_without_latin_letters_stay_apart() -> None:
    assert naming.pascal("按钮") != naming.pascal("图标")
    assert naming.unique(["Icon", "icon", "Icon"]) == ["Icon", "icon2", "Icon3"]


@pytest.mark.parametrize("word", ["class", "Children", "key", "Class Name", "default"])
def test_property_names_avoid_reserved_words(word: str) -> None:
    assert naming.camel(word).endswith("Value")


@pytest.mark.parametrize(
    ("name", "made"), [("Buttons/Button", "Button"), ("icon / arrow", "IconArrow")]
)
def test_a_folder_named_for_what_is_in_it_is_left_out_of_a_components_name(
    name: str, made: str
) -> None:
    assert naming.component(name) == made
