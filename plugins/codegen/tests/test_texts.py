"""Texts: their direction, their runs."""

from typing import Any

from interlock_codegen.service import make_screens


def a_text(text: str, align: str = "left", **fields: Any) -> dict[str, Any]:
    return {
        "id": "1:2",
        "name": "Words",
        "type": "text",
        "text": text,
        "box": {"x": 0, "y": 0, "width": 100, "height": 20},
        "sizing": {"horizontal": "hug", "vertical": "hug"},
        "text_box": {"align": align, "valign": "top", "resize": "hug"},
        **fields,
    }


def page_of(text: dict[str, Any]) -> dict[str, Any]:
    root = {
        "id": "1:1",
        "name": "Card",
        "type": "frame",
        "kind": "frame",
        "box": {"x": 0, "y": 0, "width": 400, "height": 80},
        "sizing": {"horizontal": "fixed", "vertical": "hug"},
        "layout": {"mode": "row", "justify": "start", "align": "start"},
        "children": [text],
    }
    return {"id": "0:1", "name": "Page", "nodes": [root]}


def code_of(text: dict[str, Any], styles: Any = None) -> str:
    (made,) = make_screens({"styles": styles or {}, "pages": [page_of(text)]}, None)
    return next(text for path, text in made["files"].items() if path.endswith(".tsx"))


def test_what_is_written_from_right_to_left_says_so_and_stays_where_it_is_set() -> None:
    arabic = code_of(a_text("1. مرحبا, world"))

    assert 'dir="auto"' in arabic
    assert "text-left" in arabic
    assert "text-right" in code_of(a_text("שלום", "right"))
    assert "dir=" not in code_of(a_text("Hello, שלום"))


def test_a_run_of_another_size_grows_its_line_only_if_it_needs_more() -> None:
    style = {"family": "Inter", "weight": 400}
    styles = {
        "small": {**style, "size": 16, "line_height": 22},
        "large": {**style, "size": 24, "line_height": 22},
        "huge": {**style, "size": 48, "line_height": 60},
    }

    def now(style: str) -> str:
        runs = [{"text": "Only "}, {"text": "now", "text_style": style}]
        return code_of(a_text("Only now", text_style="small", runs=runs), styles)

    assert 'className="text-2xl leading-0">now<' in now("large")
    assert 'className="text-5xl leading-15">now<' in now("huge")


def test_items_further_in_are_a_list_in_the_item_above_them() -> None:
    told = [("ordered", 1), ("unordered", 2), ("unordered", 2), ("ordered", 1), ("none", 0)]
    lines = [{"kind": kind, "indent": indent} for kind, indent in told]

    code = code_of(a_text("one\nfirst\nsecond\ntwo\nend", lists=lines))

    assert code.count("<ol") == code.count("<ul") == 1
    assert code.index('{"one"}') < code.index("<ul") < code.index("second") < code.index("</ul>")
    assert code.index("</ul>") < code.index("two") < code.index("</ol>") < code.index("<p>end")
    assert code.count("ms-[1.5em]") == 4


def test_what_letters_cannot_have_is_reported() -> None:
    shadow = {"x": 0, "y": 1, "blur": 2, "spread": 0, "color": "#000000", "inset": True}
    line = {"paints": [{"type": "linear", "css": "x"}], "width": 1, "align": "center"}
    styles = {"shadow": {"shadows": [shadow]}, "line": line}

    text = a_text("Hello", effects="shadow", stroke="line")
    (made,) = make_screens({"styles": styles, "pages": [page_of(text)]}, None)

    told = [each["message"] for each in made["report"]["warnings"]]
    assert any("inner shadow" in message for message in told)
    assert any("around letters" in message for message in told)


def test_a_short_text_with_a_line_under_it_is_a_link() -> None:
    underlined = {"family": "Inter", "size": 14, "weight": 400, "decoration": "underline"}
    styles = {"line": underlined, "plain": {**underlined, "decoration": "none"}}

    link = code_of(a_text("Privacy Policy", text_style="line"), styles)
    plain = code_of(a_text("Privacy Policy", text_style="plain"), styles)
    long = code_of(a_text("Long words, " * 9, text_style="line"), styles)

    assert '<a href="/">Privacy Policy</a>' in link
    assert "<a " not in plain + long
