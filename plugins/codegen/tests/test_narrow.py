"""What a screen does where its viewport is narrower than the design."""

from typing import Any

from interlock_codegen.service import make_screens


def a_box(width: float, height: float = 40, x: float = 0, **fields: Any) -> dict[str, Any]:
    sizing = {"horizontal": "fixed", "vertical": "fixed"}
    box = {"x": x, "y": 0, "width": width, "height": height}
    return {"id": f"1:{x}", "name": "Layer", "type": "frame", "box": box, "sizing": sizing} | fields


def a_row(width: float, *children: Any, **fields: Any) -> dict[str, Any]:
    layout = {"mode": "row", "justify": "start", "align": "center", "gap": 8}
    return a_box(width, layout=layout, children=list(children), **fields)


def a_text(text: str) -> dict[str, Any]:
    style = {"align": "left", "valign": "top", "resize": "hug"}
    hug = {"horizontal": "hug", "vertical": "hug"}
    return a_box(120, type="text", text=text, text_box=style, sizing=hug)


def screen_of(root: dict[str, Any], styles: Any = None) -> str:
    page = {"id": "0:1", "name": "Page", "nodes": [{**root, "kind": "frame"}]}
    (made,) = make_screens({"styles": styles or {}, "pages": [page]}, None)
    return next(text for path, text in made["files"].items() if path.endswith(".tsx"))


def test_an_address_gives_way_in_a_narrow_cell_and_words_do_not() -> None:
    assert "wrap-anywhere" in screen_of(a_row(400, a_text("phoenix@untitled.com")))
    assert "wrap-anywhere" not in screen_of(a_row(400, a_text("Several words, none of them long")))


def test_a_page_cuts_what_may_come_to_leave_it() -> None:
    wide = a_box(300, position="absolute")
    inner = a_row(160, a_box(20), wide)

    assert "overflow-clip" in screen_of(a_row(1200, inner, clip=True))
    assert "overflow-clip" not in screen_of(a_row(1200, inner))
    assert "overflow-clip" not in screen_of(a_row(1200, a_row(160, a_box(20)), clip=True))


def test_a_panel_that_narrows_cuts_what_it_cuts_in_the_design() -> None:
    panel = a_row(400, a_box(120), position="absolute", clip=True)

    assert "overflow-hidden" in screen_of(a_row(1200, panel, a_box(20)))
    assert "overflow-hidden" not in screen_of(a_row(1200, panel | {"clip": False}, a_box(20)))


def test_a_least_width_that_wraps_lines_still_does_on_a_phone() -> None:
    limits = {"minWidth": 320}
    wrapping = a_row(1200, a_box(320, limits=limits), a_box(320, 40, 400, limits=limits))
    wrapping["layout"] |= {"wrap": True}

    assert "max-md:min-w-[min(100%,320px)]" in screen_of(wrapping)
    assert "max-md:min-w-0" in screen_of(a_row(1200, a_box(320, limits=limits), a_box(20)))


def test_a_figure_beside_a_badge_breaks_the_row_before_itself() -> None:
    fill = {"horizontal": "fill", "vertical": "hug"}
    figure = {**a_text("2,420"), "sizing": fill, "text_style": "big"}
    card = a_row(300, figure, a_box(120, 40, 180), sizing=fill)
    code = screen_of(
        a_row(1000, card), styles={"big": {"family": "Inter", "size": 40, "weight": 600}}
    )

    assert "max-[948px]:flex-wrap" in code  # 120 + 8 + 120 of 300: 52 to lose
    assert "min-w-0 font" not in code


def test_a_line_that_scales_keeps_one_line_whatever_the_font() -> None:
    rules = {"horizontal": "scale", "vertical": "top"}
    line = {**a_text("Dropdown"), "constraints": rules}

    assert "md:whitespace-nowrap" in screen_of(a_box(1000, children=[line]))
    two = {**line, "text": "Drop\ndown"}
    assert "md:whitespace-nowrap" not in screen_of(a_box(1000, children=[two]))


def test_a_panel_beside_others_is_as_wide_as_the_column_that_they_become() -> None:
    panel = a_row(300, a_text("Home"))
    small = a_row(48, a_text("OR"))

    assert "max-md:w-full" in screen_of(a_row(1200, panel, a_box(20, 40, 320)))
    assert "max-md:w-full" not in screen_of(a_row(1200, small, a_box(20, 40, 320)))


def test_a_picture_gives_way_before_the_words_beside_it_break() -> None:
    photo = {"paints": [{"type": "image", "ref": "abc", "scale": "cover"}]}
    styles = {"photo": photo, "big": {"family": "Inter", "size": 56, "weight": 700}}
    fill = {"horizontal": "fill", "vertical": "hug"}
    words = a_row(600, {**a_text("with confidence"), "text_style": "big"}, sizing=fill)
    picture = a_box(560, 420, 640, fill="photo")

    assert "min-w-0" not in screen_of(a_row(1200, words, picture), styles).partition("<img")[0]
    tight = {**words, "box": {**words["box"], "width": 300}}
    assert "min-w-0" in screen_of(a_row(900, tight, picture), styles).partition("<img")[0]


def test_boxes_that_share_a_row_get_another_line_before_their_words_break() -> None:
    fill = {"horizontal": "fill", "vertical": "hug"}
    styles = {"small": {"family": "Inter", "size": 14, "weight": 400}}

    def row(word: str, width: float = 600) -> str:
        cells = [a_row(150, {**a_text(word), "text_style": "small"}, sizing=fill) for _ in range(4)]
        return screen_of(a_row(width, *cells), styles)

    assert row("Outstanding").count("min-w-0 max-md:min-w-min") == 4
    assert "max-md:flex-wrap" in row("Outstanding")
    assert "max-md" not in row("Paid")


def test_a_page_is_no_wider_than_its_window_whatever_stands_out_of_it() -> None:
    deep = a_box(100, x=850, children=[a_box(200)])

    assert "overflow-x-clip" in screen_of(a_box(1000, children=[deep]))
    assert "overflow-x-clip" not in screen_of(a_box(1100, children=[deep]))
    assert "overflow-x-clip" not in screen_of(a_box(1000, children=[{**deep, "clip": True}]))


def test_wide_paddings_give_way_before_what_they_are_around_stands_out() -> None:
    tight, loose = (a_row(1200, a_box(width)) for width in (1000, 200))
    for row in (tight, loose):
        row["layout"] |= {"padding": (0, 100, 0, 100)}

    assert "max-[1200px]:px-6" in screen_of(tight)
    assert "max-md:px-6" in screen_of(loose)


def test_letters_too_large_for_a_phone_are_smaller_on_one() -> None:
    big = {"family": "Inter", "size": 56, "weight": 700, "line_height": 70}
    styles = {"big": big, "small": {**big, "size": 16}}

    def page(width: float, style: str) -> str:
        return screen_of(a_row(width, {**a_text("everything"), "text_style": style}), styles)

    assert "max-md:text-[46px] max-md:leading-[1.25]" in page(1280, "big")
    assert "max-md:text" not in page(1280, "small")
    assert "max-md:text" not in page(390, "big")


def test_a_box_wider_than_its_column_stands_out_as_drawn_and_gets_narrower_with_it() -> None:
    column = {"layout": {"mode": "column", "justify": "start", "align": "start"}}
    panel = a_row(1181, a_text("Home"), id="1:5")

    code = screen_of(a_box(1176, children=[panel], **column))

    assert "max-w-[calc(100%+5px)]" in code
    assert "max-md:max-w-full" in code


def test_a_box_that_hugs_what_fills_it_is_no_wider_than_there_is_room() -> None:
    column = {"mode": "column", "justify": "start", "align": "start"}
    rigid = a_row(500, a_text("Home"), id="1:6")
    fill = {"horizontal": "fill", "vertical": "hug"}
    filling = a_box(500, layout=column, children=[rigid], sizing=fill, id="1:7")
    hug = {"horizontal": "hug", "vertical": "hug"}
    hugging = a_box(500, layout=column, children=[filling, a_box(20)], sizing=hug, id="1:8")

    code = screen_of(a_box(1000, layout=column, children=[hugging], id="1:9"))

    assert '<div className="flex flex-col items-start max-w-full">' in code


def test_a_text_that_fills_a_line_of_several_is_as_wide_as_its_longest_word() -> None:
    fill = {"horizontal": "fill", "vertical": "hug"}
    words = {**a_text("Everything else"), "sizing": fill}
    lines = a_row(600, words, a_box(300, x=300))
    lines["layout"] = {**lines["layout"], "wrap": True}

    assert "min-w-0" not in screen_of(lines)


def test_a_field_and_what_becomes_a_column_need_no_room_for_their_words() -> None:
    fill = {"horizontal": "fill", "vertical": "hug"}
    styles = {"small": {"family": "Inter", "size": 14, "weight": 400}}
    words = {**a_text("Outstanding"), "text_style": "small"}

    def cells(width: float, **fields: Any) -> str:
        held = [a_row(150, words, sizing=fill, **fields) for _ in range(4)]
        return screen_of(a_row(width, *held), styles)

    assert "max-md:min-w-min" in cells(600)
    assert "max-md:min-w-min" not in cells(600, name="Text field")
    assert "max-md:min-w-min" not in cells(900)
