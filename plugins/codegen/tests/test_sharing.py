"""Room that siblings share or give up, and strokes around what is placed."""

from typing import Any

from interlock_codegen.service import make_screens


def a_box(identity: str, sizing: str = "fixed", **fields: Any) -> dict[str, Any]:
    return {
        "id": identity,
        "name": f"Box {identity}",
        "type": "frame",
        "kind": "frame",
        "at": {"x": 0, "y": 0},
        "box": {"x": 0, "y": 0, "width": 100, "height": 40},
        "sizing": {"horizontal": sizing, "vertical": "fixed"},
        **fields,
    }


def a_row(*children: Any, **fields: Any) -> dict[str, Any]:
    layout = {"mode": "row", "justify": "start", "align": "start", **fields.pop("layout", {})}
    return a_box("1:1", layout=layout, children=list(children), **fields)


def code_of(node: Any, styles: Any = None) -> str:
    page = {"id": "0:1", "name": "Page", "nodes": [node]}
    (made,) = make_screens({"name": "D", "pages": [page], "styles": styles or {}}, None)
    return "".join(made["files"].values())


def test_siblings_that_fill_share_evenly_whatever_their_padding() -> None:
    wide = {"mode": "row", "padding": [0, 20, 0, 12]}

    code = code_of(a_row(a_box("1:2", "fill"), a_box("1:3", "fill", layout=wide)))

    assert code.count("flex-[1_1_32px]") == 2


def test_one_that_fills_alone_takes_all_there_is() -> None:
    code = code_of(a_row(a_box("1:2", "fill"), a_box("1:3")))

    assert "flex-1 " in code


def test_a_stroke_does_not_push_what_is_placed() -> None:
    stroke = {"paints": [{"type": "solid", "color": "#000000"}], "width": 2, "align": "inside"}
    placed = a_box(
        "1:2", position="absolute", constraints={"horizontal": "left", "vertical": "top"}
    )
    padding = {"padding": [8, 8, 8, 8]}

    beside = code_of(a_row(a_box("1:2"), layout=padding, stroke="s"), {"s": stroke})
    around = code_of(a_row(placed, layout=padding, stroke="s"), {"s": stroke})

    assert "border-2" in beside
    assert "border-2" not in around
    assert "outline-2" in around


def test_rigid_children_get_a_second_line_before_they_stand_out() -> None:
    boxes = [a_box(f"1:{n}", box={"x": 0, "y": 0, "width": 450, "height": 40}) for n in (2, 3)]
    wide = {"x": 0, "y": 0, "width": 1000, "height": 40}

    code = code_of(a_row(*boxes, box=wide))

    assert "max-[900px]:flex-wrap" in code
    assert "max-md:flex-nowrap" in code


def a_text() -> dict[str, Any]:
    setting = {"align": "left", "valign": "top", "resize": "height"}
    return a_box("t", type="text", text="Words", text_box=setting)


def sized(node: Any, width: float, height: float = 40, x: float = 0) -> dict[str, Any]:
    return {**node, "box": {"x": x, "y": 0, "width": width, "height": height}}


def test_a_wide_picture_in_a_row_gives_way_with_the_text_beside_it() -> None:
    photo = {"paints": [{"type": "image", "ref": "abc", "scale": "cover"}]}
    words = sized(a_row(a_text(), layout={"mode": "column"}), 720)
    picture = sized(a_box("1:2", fill="photo"), 720, x=720)

    code = code_of(sized(a_row(words, picture), 1440), {"photo": photo})

    image = code.partition("<img")[2].partition("/>")[0]
    assert "min-w-0" in image
    assert "shrink-0" not in image


def test_a_row_breaks_where_fixed_boxes_among_its_texts_hold_it_open() -> None:
    inner = sized(a_row(a_text(), layout={"mode": "column"}), 456)
    form = sized(a_row(a_text(), inner, layout={"mode": "column"}), 720)
    drawing = sized(a_box("1:2"), 720, x=720)

    code = code_of(sized(a_row(form, drawing), 1440))

    assert "max-[1176px]:flex-wrap" in code


def test_a_share_that_was_drawn_smaller_than_its_content_stays_so() -> None:
    tall = sized(a_row(sized(a_box("1:2"), 90, 90)), 100, 50)
    tall["sizing"] = {"horizontal": "fixed", "vertical": "fill"}

    code = code_of(sized(a_row(tall, layout={"mode": "column"}), 200, 60))

    assert "flex-1 min-h-0" in code


def test_an_overlap_keeps_its_token() -> None:
    overlapping = a_row(a_box("1:2"), a_box("1:3"), layout={"gap": -8})
    overlapping["variables"] = {"itemSpacing": "V:1"}
    page = {"id": "0:1", "name": "Page", "nodes": [overlapping]}
    tokens = {"references": {"spacing:V:1": "space-overlap"}}

    (made,) = make_screens({"name": "D", "pages": [page], "styles": {}}, tokens)

    assert " space-x-space-overlap" in "".join(made["files"].values())


def test_a_sticky_layer_stays_at_the_top() -> None:
    code = code_of(a_row(a_box("1:2", sticky=True), layout={"mode": "column"}))

    assert "sticky top-0 z-10" in code


def test_a_box_that_only_holds_another_of_its_size_is_left_out() -> None:
    inner = a_row(a_text(), a_box("1:2"), layout={"mode": "column"}, name="Inner")
    needless = {**a_row(inner, layout={"gap": 8}), "id": "1:7"}
    painted = {**needless, "id": "1:8", "fill": "paint"}

    code = code_of(a_row(needless, painted, layout={"mode": "column"}))

    assert code.count("<div") == 1 + 2 + 3
    assert "gap-2" not in code


def test_a_spacing_that_keeps_nothing_apart_is_not_said() -> None:
    code = code_of(a_row(a_box("1:2"), layout={"gap": 8}))

    assert "gap" not in code


def test_a_row_in_one_of_three_shares_breaks_when_its_share_is_too_narrow() -> None:
    drawings = [sized(a_box(f"2:{n}"), 180, x=200 * n) for n in range(2)]
    cards = [
        {**sized(a_row(a_text(), *drawings, layout={"gap": 0}), 480), "id": f"3:{n}"}
        for n in range(3)
    ]
    for card in cards:
        card["sizing"] = {"horizontal": "fill", "vertical": "fixed"}

    code = code_of(sized(a_row(*cards), 1440))

    assert "max-[1080px]:flex-wrap" in code


def test_what_is_in_a_navigation_is_no_other() -> None:
    item = {**a_row(a_text()), "name": "_Nav item base", "id": "1:5"}
    menu = {**a_row(item, a_box("1:6")), "name": "Navigation", "id": "1:4"}

    code = code_of({**a_row(menu, a_box("1:7"), name="Nav"), "name": "Nav"})

    assert code.count("<nav") == 1


def test_what_lies_in_a_scroller_never_shrinks() -> None:
    chips = [sized(a_row(a_text()), 90, x=98 * n) | {"id": f"2:{n}"} for n in range(3)]
    for chip in chips:
        chip["sizing"] = {"horizontal": "hug", "vertical": "hug"}

    code = code_of(sized(a_row(*chips, scrolls="x", clip=True), 200))

    assert code.count('<li className="flex items-start shrink-0">') == 3


def test_a_row_of_which_one_child_takes_what_icons_leave_does_not_break() -> None:
    words = sized(a_text(), 270, x=30) | {"sizing": {"horizontal": "fill", "vertical": "hug"}}

    code = code_of(sized(a_row(sized(a_box("1:2"), 20), words), 300))

    assert "flex-wrap" not in code


def placed(rule: str, x: float) -> str:
    panel = sized(a_row(a_text()), 600, x=x)
    panel |= {"position": "absolute", "constraints": {"horizontal": rule, "vertical": "top"}}
    return code_of(sized(a_row({**panel, "id": "1:4"}, a_box("1:5")), 1200))


def test_a_wide_panel_out_of_the_flow_gets_narrower_with_what_it_lies_in() -> None:
    assert "max-w-[calc(100%-20px)]" in placed("left", 20)
    centred = placed("center", 300)
    assert "inset-x-0" in centred
    assert "mx-auto max-w-full" in centred
