"""Grids where the viewport is narrower than the design."""

from typing import Any

from interlock_codegen.service import make_screens

WORDS = {"family": "Inter", "size": 20, "weight": 600}
FILL = {"horizontal": "fill", "vertical": "fill"}


def a_node(of: str = "frame", width: float = 300, **fields: Any) -> dict[str, Any]:
    box = {"x": 0, "y": 0, "width": width, "height": 200}
    sizing = {"horizontal": "fixed", "vertical": "fixed"}
    return {"id": "1:1", "name": "Layer", "type": of, "box": box, "sizing": sizing, **fields}


def a_cell(column: int, *children: Any, **fields: Any) -> dict[str, Any]:
    layout = {"mode": "column", "justify": "start", "align": "start"}
    cell = {"column": column, "row": 0, "columns": 1, "rows": 1}
    place = {"id": f"2:{column}", "cell": cell, "sizing": FILL}
    return a_node(**{**place, "layout": layout, "children": list(children), **fields})


def a_text(text: str) -> dict[str, Any]:
    hug = {"horizontal": "hug", "vertical": "hug"}
    return a_node("text", id="3:1", text=text, text_box={}, text_style="words", sizing=hug)


def code_of(*cells: Any, **layout: Any) -> str:
    grid = {"mode": "grid", "columns": len(cells), "rows": 1, "gap": 24, **layout}
    root = a_node(width=1200, layout=grid, children=list(cells), kind="frame")
    page = {"id": "0:1", "name": "Page", "nodes": [root]}
    photo = {"paints": [{"type": "image", "ref": "abc", "scale": "cover"}]}
    styles = {"words": WORDS, "photo": photo}
    (made,) = make_screens({"styles": styles, "pages": [page]}, None)
    return next(text for path, text in made["files"].items() if path.endswith(".tsx"))


def test_a_grid_whose_words_need_more_than_a_track_of_a_phone_becomes_a_column() -> None:
    cells = [a_cell(column, a_text("Documentation")) for column in range(3)]

    code = code_of(*cells)

    assert "grid grid-cols-3" in code
    assert "max-md:flex max-md:flex-col" in code
    assert code.count("max-md:w-full") == 3


def test_a_grid_of_little_things_stays_one() -> None:
    days = [a_cell(column, a_text("Mo")) for column in range(7)]

    assert "max-md" not in code_of(*days, gap=4)


def test_a_fixed_track_leaves_the_others_no_room() -> None:
    cells = [a_cell(column, a_text("Home")) for column in range(2)]

    assert "max-md:flex" in code_of(*cells, column_sizes="240px minmax(0,1fr)")
    assert "max-md:flex" not in code_of(*cells)


def test_a_picture_keeps_its_shape_in_the_column() -> None:
    picture = a_cell(1, layout=None, fill="photo")
    del picture["layout"]

    code = code_of(a_cell(0, a_text("Documentation")), picture)

    assert "max-md:aspect-[300/200]" in code.partition("<img")[2]
