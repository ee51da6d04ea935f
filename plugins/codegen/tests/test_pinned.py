"""Layers that stay in view while their page scrolls."""

from typing import Any

from interlock_codegen.service import make_screens


def a_box(y: float, horizontal: str, vertical: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"1:{y}",
        "name": "Bar",
        "type": "frame",
        "box": {"x": 10, "y": y, "width": 100, "height": 40},
        "sizing": {"horizontal": "fixed", "vertical": "fixed"},
        "constraints": {"horizontal": horizontal, "vertical": vertical},
        **fields,
    }


def code_of(*children: Any, **fields: Any) -> str:
    root = {**a_box(0, "left", "top"), "id": "1:1", "kind": "frame", "children": children, **fields}
    root["box"] = {"x": 0, "y": 0, "width": 400, "height": 2000}
    page = {"id": "0:1", "name": "Page", "nodes": [root]}
    (made,) = make_screens({"styles": {}, "pages": [page]}, None)
    return next(text for path, text in made["files"].items() if path.endswith(".tsx"))


def strip_and_bar(code: str) -> tuple[str, str]:
    """Classes of the strip in which the bar moves, and of the bar."""
    lines = code.splitlines()
    place = next(number for number, line in enumerate(lines) if "pointer-events-auto" in line)
    return lines[place - 1], lines[place]


def test_what_is_fixed_stays_as_far_from_its_edge_as_it_was_drawn() -> None:
    strip, bar = strip_and_bar(code_of(a_box(8, "stretch", "top", fixed=True)))

    assert "absolute inset-y-0 left-2.5 right-72.5 z-10" in strip
    assert "sticky top-2 mt-2 w-full" in bar

    strip, bar = strip_and_bar(code_of(a_box(1930, "center", "bottom", fixed=True)))

    assert "left-[calc(50%-190px)]" in strip
    assert "flex flex-col justify-end" in strip
    assert "sticky bottom-7.5 mb-7.5" in bar


def test_what_sticks_goes_with_the_page_up_to_the_edge() -> None:
    _, bar = strip_and_bar(code_of(a_box(300, "left", "top", sticky=True)))

    assert "sticky top-0 mt-75" in bar


def test_only_layers_of_the_page_itself_are_held() -> None:
    deep = a_box(50, "left", "top", children=[a_box(8, "left", "top", fixed=True)])

    assert "sticky" not in code_of(deep)
    assert "sticky" not in code_of(a_box(0, "left", "stretch", fixed=True))


def test_the_last_of_a_column_that_is_fixed_is_held_at_the_bottom() -> None:
    layout = {"mode": "column", "justify": "start", "align": "start"}
    code = code_of(a_box(0, "left", "top"), a_box(90, "left", "top", fixed=True), layout=layout)

    assert "sticky bottom-0 z-10" in code


def test_a_page_that_clips_is_none_that_scrolls_by_itself() -> None:
    code = code_of(a_box(1990, "left", "top"), clip=True)

    assert "overflow-clip" in code
