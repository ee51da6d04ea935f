"""Several paints on one layer, and layers seen through others."""

from typing import Any

from interlock_codegen.service import make_screens

RED, VEIL = ({"type": "solid", "color": colour} for colour in ("#ff0000", "#00ff0080"))
FAINT = {"type": "image", "ref": "abc", "scale": "cover", "opacity": 0.25}


def a_node(of: str = "frame", **fields: Any) -> dict[str, Any]:
    box = {"x": 0, "y": 0, "width": 100, "height": 40}
    sizing = {"horizontal": "fixed", "vertical": "fixed"}
    return {"id": "1:1", "name": "Layer", "type": of, "box": box, "sizing": sizing, **fields}


def made(node: Any, *paints: Any, **said: Any) -> dict[str, Any]:
    page = {"id": "0:1", "name": "Page", "nodes": [{**node, "kind": "frame"}]}
    styles = {"paint": {"paints": list(paints), **said}}
    (screen,) = make_screens({"styles": styles, "pages": [page]}, None)
    return screen


def code_of(node: Any, *paints: Any, **said: Any) -> str:
    return "".join(made(node, *paints, **said)["files"].values())


def test_colours_over_each_other_are_one_where_only_one_can_be_said() -> None:
    text = a_node("text", text="Hello", text_box={}, fill="paint")

    assert "text-[#7f8000]" in code_of(a_node(children=[text]), RED, VEIL)
    assert "border-[#7f8000]" in code_of(a_node(stroke="paint"), RED, VEIL, width=1, align="inside")
    assert "text-[#00ff0040]" in code_of(
        a_node(children=[text]),
        {"type": "solid", "color": "#00ff0000"},
        {**VEIL, "color": "#00ff0040"},
    )


def test_a_faint_picture_over_a_colour_is_seen_through_that_colour() -> None:
    behind = a_node(fill="paint", children=[a_node()])

    over = made(behind, RED, FAINT)
    alone = made(behind, FAINT)

    image = "[background-image:linear-gradient(#ff0000bf,#ff0000bf),url('/assets/abc.png')]"
    assert image in "".join(over["files"].values())
    assert not over["report"]["warnings"]
    assert alone["report"]["warnings"]


def test_a_layer_that_flows_shows_the_part_that_its_mask_does() -> None:
    seen = a_node(id="1:2", seen_through={"inset": [5, 20, 5, -10], "radius": 8})
    layout = {"mode": "row", "justify": "start", "align": "start"}

    code = code_of(a_node(layout=layout, children=[seen]))

    assert "[clip-path:inset(5px_20px_5px_-10px_round_8px)]" in code
