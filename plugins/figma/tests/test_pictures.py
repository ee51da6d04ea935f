"""Pictures in shapes, and what no CSS says of them."""

from typing import Any

import pytest

from interlock_figma.tree import Simplifier, read_document

PHOTO = {"type": "IMAGE", "imageRef": "abc", "scaleMode": "FILL"}


def a_node(kind: str, **fields: Any) -> dict[str, Any]:
    box = {"x": 0, "y": 0, "width": 100, "height": 100}
    return {"id": "1:1", "name": "Photo", "type": kind, "absoluteBoundingBox": box, **fields}


def simplify(node: Any) -> tuple[Any, Simplifier]:
    simplifier = Simplifier(read_document(node))
    return simplifier.tree(node), simplifier


def paint_of(node: Any) -> Any:
    tree, simplifier = simplify(node)
    return simplifier.shared.values[tree["fill"]]["paints"][0]


def test_a_picture_in_a_curve_is_cut_out_and_the_parts_of_the_curve_are_not_seen() -> None:
    recorded = {"fillGeometry": [{"path": "M0 0L9 9Z"}], "children": [a_node("RECTANGLE")]}

    union, _ = simplify(a_node("BOOLEAN_OPERATION", fills=[PHOTO], **recorded))
    star, told = simplify(a_node("STAR", fills=[PHOTO]))
    curve, warned = simplify(a_node("VECTOR", fills=[PHOTO]))

    assert union["clip_path"] == "M0 0L9 9Z"
    assert "children" not in union
    assert star["clip_path"].startswith("M50 0L")
    assert not told.warnings
    assert "clip_path" not in curve
    assert "outline of this picture" in warned.warnings[0]["message"]


def test_a_turn_of_a_picture_is_kept_however_it_is_said() -> None:
    crop = [[0, 1, 0], [-1, 0, 1]]

    assert paint_of(a_node("RECTANGLE", fills=[{**PHOTO, "rotation": 180}]))["turned"] == 180
    cropped = {**PHOTO, "scaleMode": "STRETCH", "imageTransform": crop}
    assert paint_of(a_node("RECTANGLE", fills=[cropped]))["turned"] == 90
    assert "turned" not in paint_of(a_node("RECTANGLE", fills=[PHOTO]))


def test_adjustments_without_a_word_in_css_are_named() -> None:
    filters = {"saturation": -1, "temperature": 0.2, "tint": 0}

    paint = paint_of(a_node("RECTANGLE", fills=[{**PHOTO, "filters": filters}]))

    assert (paint["filter"], paint["unsaid"]) == ("saturate(0)", ["temperature"])


@pytest.mark.parametrize(
    ("effect", "kept"),
    [
        ({"type": "GLASS", "radius": 8}, "backdrop_blur"),
        ({"type": "LAYER_BLUR", "radius": 8, "blurType": "PROGRESSIVE"}, "blur"),
    ],
)
def test_an_effect_of_which_only_a_blur_can_be_said_is_reported(effect: Any, kept: str) -> None:
    tree, simplifier = simplify(a_node("FRAME", effects=[effect]))

    assert simplifier.shared.values[tree["effects"]] == {kept: 8}
    assert "an even blur stands in" in simplifier.warnings[0]["message"]
