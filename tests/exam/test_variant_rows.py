"""The rows about sets and elasticity fail when what they ask for is missing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import elastic_rows
import variant_rows
from figma_truth import read
from generation import Generated, generate


def a_layer(identity: str, **fields: Any) -> dict[str, Any]:
    box = {"x": 0, "y": 0, "width": 40, "height": 20}
    return {
        "id": identity,
        "name": identity,
        "type": "FRAME",
        "absoluteBoundingBox": box,
        **fields,
    }


def a_set() -> dict[str, Any]:
    names = ("State=Default, Size=L", "State=Hover, Size=L", "State=Default, Size=S")
    members = [
        a_layer(f"1:{n}", type="COMPONENT", name=name, children=[])
        for n, name in enumerate(names, 2)
    ]
    definitions = {
        "State": {
            "type": "VARIANT",
            "defaultValue": "Default",
            "variantOptions": ["Default", "Hover"],
        },
        "Size": {"type": "VARIANT", "defaultValue": "L", "variantOptions": ["L", "S"]},
        "Label#1:0": {"type": "TEXT", "defaultValue": "Send"},
    }
    found = a_layer("1:1", type="COMPONENT_SET", name="Chip", children=members)
    return {**found, "componentPropertyDefinitions": definitions}


def made(body: dict[str, Any], old: str = "", new: str = "") -> Generated:
    result = generate(body, node_ids=True)
    path = "components/Chip.tsx"
    result.files[path] = result.files[path].replace(old, new)
    return result


def test_the_interface_of_a_set_is_its_definitions() -> None:
    body = a_set()

    assert variant_rows.props(read(body), made(body)).passed


def test_a_property_is_found_by_any_name() -> None:
    body = a_set()
    body["componentPropertyDefinitions"] |= {
        "#2:0": {"type": "TEXT", "defaultValue": ""},
        "Icon (left)#3:0": {"type": "BOOLEAN", "defaultValue": True},
        "#4:0": {"type": "INSTANCE_SWAP", "defaultValue": "5:5"},
        "Icon#5:0": {"type": "INSTANCE_SWAP", "defaultValue": "5:5"},
    }
    file = {"document": body, "components": {"5:5": {"name": "Arrow"}}}

    assert variant_rows.props(read(body), made(file)).passed
    assert not variant_rows.props(read(body), made(file, "Icon (left)", "Icon (right)")).passed


def test_a_missing_choice_or_a_wrong_type_fails() -> None:
    body = a_set()

    assert not variant_rows.props(read(body), made(body, '"L" | "S"', '"L"')).passed
    assert not variant_rows.props(read(body), made(body, "label?: string", "label?: any")).passed


def test_a_state_is_a_case_of_its_own_and_no_property() -> None:
    cases = {case["id"]: case for case in made(a_set()).cases}

    assert [case["kind"] for case in cases.values()] == ["component", "state", "component"]
    assert cases["1:3"]["state"] == "hover"
    assert cases["1:3"]["props"] == {"size": "L"}


def test_fill_takes_its_share_of_what_the_root_grows() -> None:
    fills = [a_layer(f"2:{n}", layoutSizingHorizontal="FILL") for n in (1, 2)]
    row = a_layer(
        "1:2",
        layoutMode="HORIZONTAL",
        layoutSizingHorizontal="FILL",
        children=[*fills, a_layer("2:3")],
    )
    root = a_layer("1:1", layoutMode="VERTICAL", children=[row])

    plan = elastic_rows.plan(read(root), {"id": "1:1", "kind": "screen", "width": 400})

    assert {each: grown["width"] for each, grown in plan["grows"].items()} == {
        "1:2": 100,
        "2:1": 50,
        "2:2": 50,
    }
    assert plan["drops"] == [["2:1", "2:2", "x"]]
    assert plan["groups"] == [["2:1", "2:2", "2:3"]]
