"""Each row that a browser measures fails on what it is there for."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import browser_rows
import flow_rows
import growth
import style_rows
import token_rows
from figma_truth import read
from markup import read_markup

WHITE = {"r": 1, "g": 1, "b": 1, "a": 1}
SHADOW = {"type": "DROP_SHADOW", "color": {**WHITE, "a": 0.5}, "offset": {"x": 0, "y": 4}}
STYLES = {
    "opacity": "0.5",
    "visibility": "visible",
    "backgroundColor": "rgb(255, 255, 255)",
    "backgroundImage": "none",
    "boxShadow": "rgba(255, 255, 255, 0.5) 0px 4px 8px 0px",
    "outlineStyle": "none",
    "outlineWidth": "0px",
    "position": "static",
    **{f"border{corner}Radius": "8px" for corner in ("TopLeft", "TopRight")},
    **{f"border{corner}Radius": "0px" for corner in ("BottomRight", "BottomLeft")},
    **{f"border{side}Width": "1px" for side in ("Top", "Right", "Bottom", "Left")},
    **{f"border{side}Color": "rgb(0, 0, 0)" for side in ("Top", "Right", "Bottom", "Left")},
}
SAID = {"width": "100%", "height": "auto"} | {
    f"{limit}-{side}": "none" for limit in ("min", "max") for side in ("width", "height")
}


def a_card() -> dict[str, Any]:
    return {
        "id": "1:2",
        "name": "Card",
        "type": "FRAME",
        "absoluteBoundingBox": {"x": 0, "y": 0, "width": 100, "height": 40},
        "fills": [{"type": "SOLID", "color": WHITE}],
        "strokes": [{"type": "SOLID", "color": {"r": 0, "g": 0, "b": 0, "a": 1}}],
        "strokeWeight": 1,
        "opacity": 0.5,
        "rectangleCornerRadii": [8, 8, 0, 0],
        "effects": [{**SHADOW, "radius": 8}],
        "layoutSizingHorizontal": "FILL",
        "layoutSizingVertical": "HUG",
        "children": [{"id": "1:3", "name": "Any", "type": "FRAME"}],
    }


def a_page() -> dict[str, Any]:
    box = {"x": 0, "y": 0, "width": 100, "height": 40}
    page = {"id": "1:1", "name": "Page", "type": "FRAME", "layoutMode": "VERTICAL"}
    return {**page, "absoluteBoundingBox": box, "children": [a_card()]}


def measured(styles: Any = None, said: Any = None, **box: float) -> dict[str, Any]:
    place = {"x": 0, "y": 0, "width": 100, "height": 40, **box}
    got = {"tag": "div", **place, "style": {**STYLES, **(styles or {})}, "runs": []}
    return {"1:1": {"1:2": {**got, "said": {**SAID, **(said or {})}}}}


def test_what_is_as_it_was_drawn_passes() -> None:
    truth = read(a_page())

    assert style_rows.style(truth, measured()).figure == 1
    assert flow_rows.no_trap(truth, measured()).passed
    assert flow_rows.elastic_sizes(truth, measured()).passed
    assert browser_rows.geometry(truth, measured()).passed


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("opacity", "1"),
        ("visibility", "hidden"),
        ("backgroundColor", "rgb(255, 0, 0)"),
        ("boxShadow", "none"),
        ("boxShadow", "rgba(0, 0, 0, 0.5) 0px 4px 8px 0px"),
        ("borderTopRightRadius", "0px"),
        ("borderBottomLeftRadius", "8px"),
        ("borderLeftWidth", "4px"),
        ("borderTopColor", "rgb(0, 0, 255)"),
    ],
)
def test_another_look_fails(name: str, value: str) -> None:
    assert style_rows.style(read(a_page()), measured({name: value})).faults


@pytest.mark.parametrize("position", ["absolute", "fixed"])
def test_what_is_taken_out_of_the_flow_fails(position: str) -> None:
    assert not flow_rows.no_trap(read(a_page()), measured({"position": position})).passed


@pytest.mark.parametrize(
    "said",
    [
        {"width": "100px"},
        {"height": "40px"},
        {"min-width": "100px", "max-width": "100px"},
    ],
)
def test_a_size_in_pixels_where_figma_has_none_fails(said: dict[str, str]) -> None:
    assert not flow_rows.elastic_sizes(read(a_page()), measured(said=said)).passed


def test_a_layer_elsewhere_or_away_fails() -> None:
    truth = read(a_page())

    assert not browser_rows.geometry(truth, measured(x=5)).passed
    assert not browser_rows.presence(truth, {"1:1": {}}).passed


def test_a_bound_value_that_no_token_carries_fails() -> None:
    page = a_page()
    page["children"][0]["styles"] = {"fill": "S:1"}
    page["children"][0]["strokes"] = []
    page["children"][0]["effects"] = []
    truth = read(page)
    tokens = {"color:S:1": "brand"}

    def row(classes: str, references: Any = tokens, theme: str = "") -> bool:
        tags = read_markup(f'<div class="{classes}" data-node-id="1:2"></div>')
        return token_rows.tokens(truth, {"1:1": tags}, references, theme).passed

    assert row("bg-brand")
    assert not row("bg-[#ffffff]")
    assert not row("bg-brand", {})
    assert not row("bg-brand", theme="  --color-brand: #fff;\n  --color-brand: #eee;\n")


def test_constraints_say_what_a_wider_root_does() -> None:
    rules = ("LEFT", "RIGHT", "CENTER", "LEFT_RIGHT", "SCALE")
    held = [
        {
            "id": rule,
            "type": "RECTANGLE",
            "absoluteBoundingBox": {"x": 20, "y": 0, "width": 50, "height": 10},
            "constraints": {"horizontal": rule, "vertical": "TOP"},
        }
        for rule in rules
    ]
    root = {"id": "1:1", "type": "FRAME", "children": held}
    root["absoluteBoundingBox"] = {"x": 0, "y": 0, "width": 100, "height": 40}

    grown = dict(growth.of(root, 20))

    assert [(grown[rule]["x"], grown[rule]["width"]) for rule in rules] == [
        (0, 0),
        (20, 0),
        (10, 0),
        (0, 20),
        (4, 10),
    ]
