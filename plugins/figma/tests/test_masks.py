"""Masks where layers flow."""

from typing import Any

from interlock_figma.tree import Simplifier, read_document


def a_node(kind: str, identity: str, box: tuple[float, ...], **fields: Any) -> dict[str, Any]:
    bounds = dict(zip(("x", "y", "width", "height"), box, strict=True))
    fills = [{"type": "SOLID", "color": {"r": 1, "g": 0, "b": 0}}]
    node = {"id": identity, "name": kind, "type": kind, "fills": fills}
    return {**node, "absoluteBoundingBox": bounds, **fields}


def simplify(*children: Any) -> tuple[Any, Simplifier]:
    row = a_node("FRAME", "1:1", (0, 0, 100, 40), layoutMode="HORIZONTAL", children=children)
    simplifier = Simplifier(read_document(row))
    return simplifier.tree(row), simplifier


def test_a_mask_that_flows_holds_what_is_placed() -> None:
    mask = a_node("ELLIPSE", "2:1", (0, 0, 40, 40), isMask=True, layoutSizingHorizontal="FIXED")
    photo = a_node("RECTANGLE", "2:2", (-5, 0, 60, 60), layoutPositioning="ABSOLUTE")

    tree, told = simplify(mask, photo)

    (clip,) = tree["children"]
    assert (clip["id"], clip["clip"], clip["radius"]) == ("2:1", True, 9999)
    assert "fill" not in clip
    assert "position" not in clip
    assert clip["children"][0]["box"]["x"] == -5
    assert not told.warnings


def test_what_flows_is_seen_through_the_mask_beside_it() -> None:
    below = a_node("RECTANGLE", "2:0", (0, 0, 10, 10))
    away = {"layoutPositioning": "ABSOLUTE", "cornerRadius": 8}
    mask = a_node("RECTANGLE", "2:1", (0, 5, 30, 30), isMask=True, **away)
    photo = a_node("RECTANGLE", "2:2", (10, 0, 40, 40))

    tree, told = simplify(below, mask, photo)

    first, room, seen = tree["children"]
    assert "seen_through" not in first
    assert (room["position"], "fill" in room) == ("absolute", False)
    assert seen["seen_through"] == {"inset": [5, 20, 5, -10], "radius": 8}
    assert not told.warnings


def test_a_mask_that_hugged_its_content_keeps_its_size_and_a_shape_is_reported() -> None:
    sizes = {"layoutSizingHorizontal": "HUG", "layoutMode": "VERTICAL"}
    inner = [a_node("RECTANGLE", "3:1", (0, 0, 40, 40))]
    mask = a_node("FRAME", "2:1", (0, 0, 40, 40), isMask=True, children=inner, **sizes)
    star = a_node("STAR", "2:4", (0, 0, 40, 40), isMask=True)
    photo = a_node("RECTANGLE", "2:2", (40, 0, 40, 40))

    tree, _ = simplify(mask, photo)
    _, told = simplify(star, photo)

    assert tree["children"][0]["sizing"]["horizontal"] == "fixed"
    assert "children" not in tree["children"][0]
    assert "clips to its box" in told.warnings[0]["message"]
