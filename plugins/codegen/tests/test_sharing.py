"""Room that siblings share, and strokes around what is placed."""

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
