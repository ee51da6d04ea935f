"""Shapes that a capture without paths tells only by their numbers, and boxes that it leaves out."""

from typing import Any

import pytest

from interlock_figma.tree import Simplifier, read_document

BLACK = {"type": "SOLID", "color": {"r": 0, "g": 0, "b": 0, "a": 1}}
RING = {"arcData": {"startingAngle": 0, "endingAngle": 6.2831853, "innerRadius": 0.5}}


def a_node(kind: str, **fields: Any) -> dict[str, Any]:
    box = {"x": 10, "y": 20, "width": 100, "height": 100}
    return {"id": "1:1", "name": "Shape", "type": kind, "absoluteBoundingBox": box, **fields}


def tree_of(node: Any) -> Any:
    return Simplifier(read_document(node)).tree(node)


def outline_of(kind: str, **fields: Any) -> str:
    line = {"strokes": [BLACK], "strokeWeight": 10, "strokeAlign": "INSIDE", **fields}
    curve = a_node("VECTOR", fills=[BLACK], fillGeometry=[{"path": "M0 0L9 9Z"}])
    tree = tree_of(a_node("GROUP", children=[curve, a_node(kind, **line)]))
    return str(tree["shapes"][1]["paths"][0]["d"])


@pytest.mark.parametrize(
    ("kind", "fields", "drawn"),
    [
        ("RECTANGLE", {}, "M5 5H95V95H5Z"),
        ("RECTANGLE", {"strokeAlign": "OUTSIDE"}, "M-5 -5H105V105H-5Z"),
        ("RECTANGLE", {"strokeAlign": "CENTER"}, "M0 0H100V100H0Z"),
        ("RECTANGLE", {"strokes": [], "fills": [BLACK]}, "M0 0H100V100H0Z"),
        ("RECTANGLE", {"cornerRadius": 20}, "M20 5H80A15 15 0 0 1 95 20V80A15 15 0 0 1 80 95"),
        ("RECTANGLE", {"strokeWeight": 100}, "M0 0H100V100H0Z"),
        ("ELLIPSE", {}, "M5 50A45 45 0 1 1 95 50A45 45 0 1 1 5 50Z"),
        ("ELLIPSE", RING, "M95 50A45 45 0 0 1 5 50A45 45 0 0 1 95 50ZM80 50A30 30"),
    ],
)
def test_a_line_lies_inside_of_a_shape_or_outside(
    kind: str, fields: dict[str, Any], drawn: str
) -> None:
    assert outline_of(kind, **fields).startswith(drawn)


def test_a_box_that_a_capture_leaves_out_is_that_of_what_is_in_it() -> None:
    held = a_node("RECTANGLE", id="1:3", fills=[BLACK])
    group = {"id": "1:2", "name": "Group", "type": "GROUP", "children": [held]}

    tree = tree_of({"id": "1:1", "name": "Frame", "type": "FRAME", "children": [group]})

    boxes = [tree["box"], tree["children"][0]["box"], tree["children"][0]["children"][0]["box"]]
    assert boxes == [{"x": 0, "y": 0, "width": 100, "height": 100}] * 3
