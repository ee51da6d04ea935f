"""Single nodes, made by hand."""

from typing import Any

import pytest

from interlock_figma.tree import Simplifier, read_document


def a_node(kind: str = "FRAME", box: tuple[float, ...] = (0, 0, 100, 50), **fields: Any) -> Any:
    x, y, width, height = box
    bounds = {"x": x, "y": y, "width": width, "height": height}
    return {
        "id": "1:1",
        "name": kind.title(),
        "type": kind,
        "absoluteBoundingBox": bounds,
        **fields,
    }


def simplify(node: Any, **options: Any) -> tuple[Any, Simplifier]:
    simplifier = Simplifier(read_document(node))
    return simplifier.tree(node, **options), simplifier


def solid(r: float, g: float, b: float, **fields: Any) -> Any:
    return {"type": "SOLID", "color": {"r": r, "g": g, "b": b, "a": 1}, **fields}


def test_auto_layout_is_said_in_words_of_css() -> None:
    tree, _ = simplify(
        a_node(
            layoutMode="HORIZONTAL",
            primaryAxisAlignItems="CENTER",
            counterAxisAlignItems="MAX",
            itemSpacing=8,
            paddingLeft=4,
            paddingTop=2,
        )
    )

    assert tree["layout"] == {
        "mode": "row",
        "justify": "center",
        "align": "end",
        "gap": 8,
        "padding": [2, 0, 0, 4],
    }


def test_the_gap_beside_space_between_is_stale() -> None:
    tree, _ = simplify(
        a_node(layoutMode="VERTICAL", primaryAxisAlignItems="SPACE_BETWEEN", itemSpacing=8)
    )

    assert "gap" not in tree["layout"]


@pytest.mark.parametrize(
    ("child", "sizing"),
    [
        ({"layoutSizingHorizontal": "FILL", "layoutSizingVertical": "HUG"}, ("fill", "fixed")),
        ({"layoutGrow": 1, "layoutAlign": "STRETCH"}, ("fill", "fill")),
        ({"layoutGrow": 0, "layoutAlign": "INHERIT"}, ("fixed", "fixed")),
    ],
)
def test_sizing_is_read_from_old_and_new_captures(child: Any, sizing: Any) -> None:
    parent = a_node(layoutMode="HORIZONTAL", children=[a_node(box=(0, 0, 10, 10), **child)])

    tree, _ = simplify(parent)

    found = tree["children"][0]["sizing"]
    assert (found["horizontal"], found["vertical"]) == sizing


def test_a_box_larger_than_what_it_would_hug_does_not_hug_it() -> None:
    label = a_node("TEXT", (30, 10, 120, 20), characters="Get started", style={})
    old = a_node(box=(0, 0, 180, 40), layoutMode="HORIZONTAL", children=[label])
    padded = {"paddingLeft": 30, "paddingRight": 30, "paddingTop": 10, "paddingBottom": 10}

    assert simplify(old | padded)[0]["sizing"] == {"horizontal": "hug", "vertical": "hug"}
    assert simplify(old)[0]["sizing"] == {"horizontal": "fixed", "vertical": "fixed"}


def test_lines_of_children_tell_a_wrap_that_an_old_capture_does_not() -> None:
    boxes = [(0, 0, 60, 10), (60, 0, 40, 10), (0, 25, 60, 10)]
    children = [a_node("RECTANGLE", box=box) for box in boxes]

    tree, _ = simplify(a_node(layoutMode="HORIZONTAL", children=children))

    assert tree["layout"]["wrap"] is True
    assert tree["layout"]["line_gap"] == 15


def test_a_turned_box_keeps_its_own_size_and_place() -> None:
    turned = a_node("RECTANGLE", box=(40, 20, 10, 30), rotation=1.5707963)

    tree, _ = simplify(a_node(box=(0, 0, 100, 100), children=[turned]))

    child = tree["children"][0]
    assert child["rotation"] == 90
    assert child["box"] == {"x": 30, "y": 30, "width": 30, "height": 10}


@pytest.mark.parametrize(
    ("node", "size"),
    [
        (a_node("RECTANGLE", box=(0, 0, 28.284, 28.284)), (20, 20)),
        (a_node("LINE", box=(0, 0, 28.284, 28.284)), (40, 0)),
        (a_node("TEXT", box=(0, 0, 42.426, 42.426), style={"lineHeightPx": 20}), (40, 20)),
    ],
)
def test_what_is_turned_by_45_degrees_is_told_from_its_kind(
    node: Any, size: tuple[float, float]
) -> None:
    words = a_node("TEXT", characters="Beside")
    tree, _ = simplify(a_node(children=[{**node, "rotation": 0.785398}, words]))

    box = tree["children"][0]["box"]
    assert (round(box["width"]), round(box["height"])) == size


def test_a_layer_that_sticks_in_its_flow_says_so() -> None:
    header = a_node(scrollBehavior="STICKY_SCROLLS")

    tree, _ = simplify(a_node(layoutMode="VERTICAL", children=[header]))

    assert tree["children"][0]["sticky"] is True


@pytest.mark.parametrize("said", [{"scrollBehavior": "FIXED"}, {"isFixed": True}])
def test_a_fixed_layer_says_so_in_any_capture(said: Any) -> None:
    tree, _ = simplify(a_node(children=[a_node(**said)]))

    assert tree["children"][0]["fixed"] is True


def test_equal_styles_stand_once() -> None:
    red = {"fills": [solid(1, 0, 0)]}
    tree, simplifier = simplify(
        a_node(children=[a_node("RECTANGLE", **red), a_node("RECTANGLE", **red)])
    )

    first, second = tree["children"]
    assert first["fill"] == second["fill"]
    assert simplifier.shared.values == {
        "fill_1": {"paints": [{"type": "solid", "color": "#ff0000"}]}
    }


def test_a_text_without_a_letter_of_its_own_style_looks_like_most_of_its_letters() -> None:
    words = a_node(
        "TEXT",
        characters="Terms apply",
        style={"fontFamily": "DM Sans", "fontSize": 14, "lineHeightPx": 26},
        fills=[solid(0, 0, 0)],
        characterStyleOverrides=[2, 2, 2, 2, 2, 7, 7, 7, 7, 7, 7],
        styleOverrideTable={
            "2": {"fontWeight": 700},
            "7": {"fontSize": 12, "lineHeightPx": 16, "fills": [solid(1, 0, 0)]},
        },
    )
    tree, simplifier = simplify(words)
    styled, other = simplify(words | {"styles": {"fill": "S:1"}})

    values = simplifier.shared.values
    bold, rest = tree["runs"]
    assert values[tree["text_style"]]["line_height"] == 16
    assert values[tree["fill"]]["paints"][0]["color"] == "#ff0000"
    assert rest == {"text": " apply"}
    assert (values[bold["text_style"]]["size"], values[bold["text_style"]]["weight"]) == (14, 700)
    assert values[bold["fill"]]["paints"][0]["color"] == "#000000"
    assert other.shared.values[styled["fill"]]["style"] == "S:1"
    assert other.shared.values[styled["fill"]]["paints"][0]["color"] == "#000000"


def test_runs_have_the_styles_that_their_letters_are_bound_to() -> None:
    words = a_node(
        "TEXT",
        characters="abcd",
        style={"fontFamily": "DM Sans", "fontSize": 14},
        fills=[solid(0, 0, 0)],
        styles={"fill": "S:black", "text": "S:body"},
        characterStyleOverrides=[0, 1, 2, 3],
        styleOverrideTable={
            "1": {"fills": [solid(1, 0, 0)], "inheritFillStyleId": "S:red"},
            "2": {"fontWeight": 700, "inheritTextStyleId": "S:bold"},
            "3": {"fontWeight": 500},
        },
    )

    tree, simplifier = simplify(words)

    plain, red, bold, medium = tree["runs"]
    values = simplifier.shared.values
    bound = [
        {key: values[name].get("style") for key, name in run.items() if key != "text"}
        for run in (plain, red, bold, medium)
    ]
    assert bound == [{}, {"fill": "S:red"}, {"text_style": "S:bold"}, {"text_style": None}]


def test_nulls_that_a_typed_client_saved_say_nothing() -> None:
    words = a_node(
        "TEXT",
        opacity=None,
        fills=[solid(0, 0, 0, opacity=None, visible=None, blendMode=None)],
        characters="Ab",
        style={"fontFamily": "Inter", "fontSize": 16, "italic": None},
        characterStyleOverrides=[0, 1],
        styleOverrideTable={"1": {"fontWeight": 700, "fontSize": None, "fontFamily": None}},
    )
    tree, simplifier = simplify(a_node(children=[words]))

    [text] = tree["children"]
    bold = simplifier.shared.values[text["runs"][1]["text_style"]]
    assert simplifier.shared.values[text["fill"]]["paints"][0]["color"] == "#000000"
    assert bold == {"family": "Inter", "size": 16, "weight": 700}


def test_a_gradient_runs_where_its_handles_say() -> None:
    paint = {
        "type": "GRADIENT_LINEAR",
        "gradientHandlePositions": [{"x": 0, "y": 0.5}, {"x": 1, "y": 0.5}, {"x": 0, "y": 1}],
        "gradientStops": [
            {"position": 0, "color": {"r": 1, "g": 1, "b": 1, "a": 1}},
            {"position": 1, "color": {"r": 0, "g": 0, "b": 0, "a": 0.5}},
        ],
    }

    _, simplifier = simplify(a_node("RECTANGLE", fills=[paint]))

    css = simplifier.shared.values["fill_1"]["paints"][0]["css"]
    assert css == "linear-gradient(90deg, #ffffff 0%, #00000080 100%)"


def test_runs_count_utf16_units_and_may_end_early() -> None:
    text = a_node(
        "TEXT",
        characters="a😀bc",
        style={"fontFamily": "Inter", "fontSize": 12},
        characterStyleOverrides=[0, 0, 0, 2],
        styleOverrideTable={"2": {"fontWeight": 700}},
    )

    tree, _ = simplify(text)

    assert [run["text"] for run in tree["runs"]] == ["a😀", "b", "c"]


@pytest.mark.parametrize(("version", "stored", "laid_out"), [(0, 16.34, 17), (4, 57.2, 57)])
def test_lines_are_laid_out_on_whole_pixels_as_figma_rounded_them_then(
    version: int, stored: float, laid_out: int
) -> None:
    style = {"fontSize": 12, "lineHeightPx": stored, "lineHeightUnit": "FONT_SIZE_%"}

    _, simplifier = simplify(a_node("TEXT", characters="a", style=style, layoutVersion=version))

    assert simplifier.shared.values["text_1"]["line_height"] == laid_out


def test_a_slot_says_which_property_fills_it() -> None:
    slot = a_node("SLOT", componentPropertyReferences={"slotContentId": "Content#1:2"})

    tree, _ = simplify(a_node("COMPONENT", children=[slot]), as_component=True)

    assert tree["children"][0]["bindings"] == {"slot": "Content#1:2"}


def test_hidden_layers_are_left_out_but_for_those_a_property_shows() -> None:
    hidden = a_node("RECTANGLE", visible=False)
    driven = a_node("RECTANGLE", visible=False, componentPropertyReferences={"visible": "Icon#1:2"})
    component = a_node("COMPONENT", children=[hidden, driven])

    as_frame, _ = simplify(component)
    as_component, _ = simplify(component, as_component=True)

    assert "children" not in as_frame
    assert [child["bindings"] for child in as_component["children"]] == [{"visible": "Icon#1:2"}]


def test_an_unknown_node_type_is_kept_and_reported() -> None:
    tree, simplifier = simplify(a_node(children=[a_node("HOLOGRAM")]))

    assert tree["children"][0]["figma_type"] == "HOLOGRAM"
    assert "HOLOGRAM" in simplifier.warnings[0]["message"]


def test_an_icon_is_one_drawing() -> None:
    curve = a_node(
        "VECTOR",
        box=(2, 3, 10, 10),
        fills=[solid(0, 0, 0)],
        fillGeometry=[{"path": "M0 0L10 10Z", "windingRule": "EVENODD"}],
    )

    tree, _ = simplify(a_node(box=(0, 0, 16, 16), children=[a_node("GROUP", children=[curve])]))

    assert tree["type"] == "vector"
    (shape,) = tree["shapes"]
    assert (shape["x"], shape["y"]) == (2, 3)
    assert shape["paths"] == [{"d": "M0 0L10 10Z", "fill": "fill_1", "rule": "evenodd"}]


def test_a_drawing_fades_once_and_its_shapes_with_the_groups_around_them() -> None:
    fills = [solid(0, 0, 0)]
    dot = a_node("VECTOR", id="1:2", opacity=0.5, blendMode="MULTIPLY", fills=fills)
    group = a_node("GROUP", id="1:3", opacity=0.5, children=[dot])
    icon, _ = simplify(a_node("FRAME", opacity=0.8, children=[group]))
    alone, _ = simplify(a_node("VECTOR", opacity=0.6, fills=fills))

    assert (icon["opacity"], icon["shapes"][0]["opacity"]) == (0.8, 0.25)
    assert icon["shapes"][0]["blend"] == "multiply"
    assert alone["opacity"] == 0.6
    assert "opacity" not in alone["shapes"][0]


def test_a_curve_without_geometry_is_marked() -> None:
    tree, _ = simplify(a_node("VECTOR", fills=[solid(0, 0, 0)]))

    assert tree["shapes"][0]["missing"] is True


def test_a_mask_clips_the_layers_above_it() -> None:
    mask = a_node("RECTANGLE", box=(10, 10, 20, 20), isMask=True)
    picture = a_node("RECTANGLE", box=(0, 0, 50, 50), fills=[solid(1, 0, 0)])

    tree, _ = simplify(a_node("GROUP", children=[mask, picture]))

    (clip,) = tree["children"]
    assert clip["clip"] is True
    assert clip["children"][0]["box"]["x"] == -10


def test_a_mask_out_of_the_flow_clips_what_is_out_of_it_as_well() -> None:
    away = {"layoutPositioning": "ABSOLUTE"}
    mask = a_node("ELLIPSE", id="2:1", box=(10, 10, 20, 20), isMask=True, **away)
    picture = a_node("RECTANGLE", id="2:2", box=(0, 0, 50, 50), fills=[solid(1, 0, 0)], **away)
    words = a_node("RECTANGLE", id="2:3", box=(0, 0, 50, 50), fills=[solid(0, 0, 0)])

    tree, _ = simplify(a_node("FRAME", layoutMode="HORIZONTAL", children=[words, mask, picture]))

    _, clip = tree["children"]
    assert (clip["id"], clip["position"], clip["clip"]) == ("2:1", "absolute", True)
    assert clip["children"][0]["box"]["x"] == -10


def test_a_box_whose_curve_is_not_recorded_keeps_its_outline() -> None:
    line = {"strokes": [solid(0, 0, 0)], "strokeWeight": 2}

    boxed, _ = simplify(a_node("VECTOR", fills=[solid(1, 1, 1)], **line))
    drawn, _ = simplify(a_node("VECTOR", fills=[], **line))

    assert boxed["shapes"][0]["paths"][0]["stroke_width"] == 2
    assert "stroke" not in drawn["shapes"][0]["paths"][0]


def test_a_curve_without_area_or_geometry_is_a_line() -> None:
    tree, _ = simplify(
        a_node("VECTOR", (0, 0, 242, 0), strokes=[solid(1, 1, 1)], strokeWeight=2, fills=[])
    )

    [path] = tree["shapes"][0]["paths"]
    assert (path["d"], path["stroke_width"]) == ("M0 0L242 0", 2)
    assert "fill" not in path


def test_words_of_a_note_stand_in_its_box() -> None:
    tree, simplifier = simplify(
        a_node("STICKY", characters="Think again", fills=[solid(1, 1, 0)], id="5:1")
    )

    (words,) = tree["children"]
    assert (words["id"], words["type"], words["text"]) == ("5:1:text", "text", "Think again")
    assert simplifier.shared.values[tree["fill"]]["paints"][0]["color"] == "#ffff00"
    assert simplifier.warnings


def test_shapes_of_a_drawing_keep_the_style_they_are_painted_with() -> None:
    star = a_node("STAR", fills=[solid(1, 0, 0)], styles={"fill": "S:1"})

    tree, simplifier = simplify(star)

    name = tree["shapes"][0]["paths"][0]["fill"]
    assert simplifier.shared.values[name]["style"] == "S:1"


def test_a_mask_of_any_shape_and_paint_is_kept() -> None:
    fade = {"type": "GRADIENT_LINEAR", "gradientStops": [], "gradientHandlePositions": []}
    path = {"path": "M0 0L20 20Z", "windingRule": "NONZERO"}
    mask = a_node("VECTOR", box=(10, 10, 20, 20), isMask=True, maskType="LUMINANCE")
    mask |= {"fills": [fade], "fillGeometry": [path]}
    picture = a_node("FRAME", box=(0, 0, 50, 50), fills=[solid(1, 0, 0)])

    tree, simplifier = simplify(a_node("GROUP", children=[mask, picture]))

    (window,) = tree["children"]
    assert window["clip_path"] == "M0 0L20 20Z"
    assert (window["mask"]["kind"], window["mask"]["paint"]["type"]) == ("luminance", "linear")
    assert not simplifier.warnings


def test_a_drawing_knows_which_shapes_are_seen_through_which() -> None:
    whole = a_node("RECTANGLE", id="2:1", box=(0, 0, 100, 100), isMask=True, fills=[solid(0, 0, 0)])
    round_ = a_node("ELLIPSE", id="2:2", box=(0, 0, 50, 50), isMask=True, isMaskOutline=True)
    stars = [a_node("STAR", id=f"2:{n}", fills=[solid(1, 0, 0)]) for n in (3, 4)]
    held = a_node("GROUP", id="2:5", children=[whole, stars[0], round_, stars[1]])

    tree, _ = simplify(held)

    star, mask, masked = tree["shapes"]
    assert "masked_by" not in star
    assert mask["mask"] == "outline"
    assert masked["masked_by"] == [[1]]


def test_a_box_that_spreads_and_hugs_its_children_keeps_them_apart_as_drawn() -> None:
    children = [a_node("RECTANGLE", id=f"2:{n}", box=(0, n * 30, 10, 20)) for n in (0, 1)]
    spread = {"layoutMode": "VERTICAL", "primaryAxisAlignItems": "SPACE_BETWEEN"}
    spread |= {"itemSpacing": 99, "children": children}

    hugging, _ = simplify(a_node(layoutSizingVertical="HUG", **spread))
    fixed, _ = simplify(a_node(layoutSizingVertical="FIXED", **spread))

    assert hugging["layout"]["gap"] == 10
    assert "gap" not in fixed["layout"]


def test_spread_children_that_do_not_fit_are_as_far_apart_as_they_were_drawn() -> None:
    children = [a_node("RECTANGLE", id=f"2:{n}", box=(n * 30, 0, 40, 20)) for n in (0, 1, 2)]
    spread = {"layoutMode": "HORIZONTAL", "primaryAxisAlignItems": "SPACE_BETWEEN"}
    spread |= {"layoutSizingHorizontal": "FIXED", "itemSpacing": 99, "children": children}

    tight, _ = simplify(a_node(box=(0, 0, 100, 20), **spread))
    padded, _ = simplify(a_node(box=(-20, 0, 130, 20), paddingLeft=20, **spread))
    roomy, _ = simplify(a_node(box=(0, 0, 130, 20), **spread))

    assert tight["layout"]["gap"] == padded["layout"]["gap"] == -10
    assert "gap" not in roomy["layout"]
