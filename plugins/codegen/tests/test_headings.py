"""Which texts are headings."""

from typing import Any

from interlock_codegen.service import make_screens

STYLES = {
    "bold": {"family": "Inter", "size": 15, "weight": 600},
    "plain": {"family": "Inter", "size": 15, "weight": 400},
    "small": {"family": "Inter", "size": 13, "weight": 700},
}


def a_text(text: str, look: str, name: str) -> dict[str, Any]:
    return {
        "id": f"1:{text}",
        "name": name,
        "type": "text",
        "text": text,
        "text_style": look,
        "text_box": {"align": "left", "valign": "top", "resize": "hug"},
        "box": {"x": 0, "y": 0, "width": 100, "height": 20},
        "sizing": {"horizontal": "hug", "vertical": "hug"},
    }


def code_of(*texts: dict[str, Any]) -> str:
    root = {
        "id": "1:1",
        "name": "Screen",
        "type": "frame",
        "kind": "frame",
        "box": {"x": 0, "y": 0, "width": 400, "height": 400},
        "sizing": {"horizontal": "fixed", "vertical": "fixed"},
        "layout": {"mode": "column", "justify": "start", "align": "start"},
        "children": list(texts),
    }
    pages = [{"id": "0:1", "name": "Page", "nodes": [root]}]
    (made,) = make_screens({"styles": STYLES, "pages": pages}, None)
    return next(text for path, text in made["files"].items() if path.endswith(".tsx"))


def test_a_layer_named_title_that_looks_like_running_text_is_none() -> None:
    code = code_of(
        a_text("Words that run on and on", "plain", "Body"),
        a_text("Plans", "bold", "Title"),
        a_text("Forgot password", "plain", "Title"),
        a_text("Terms", "small", "Headline"),
    )

    assert ">Plans</h2>" in code
    assert ">Forgot password</p>" in code
    assert ">Terms</p>" in code


def test_a_title_beside_titles_alone_is_one() -> None:
    code = code_of(a_text("Invoices", "bold", "Title"), a_text("Last month", "small", "Title"))

    assert ">Invoices</h2>" in code
    assert ">Last month</h2>" in code
