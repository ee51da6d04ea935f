"""Texts of several styles."""

from typing import Any

from interlock_codegen.service import make_screens

BASE = {"family": "Inter", "size": 14, "weight": 400}
STYLES = {
    "base": BASE,
    "same": {**BASE},
    "bold": {**BASE, "weight": 700},
    "large": {**BASE, "size": 20},
    "italic": {**BASE, "italic": True},
    "ink": {"paints": [{"type": "solid", "color": "#112233"}]},
}


def code_of(*runs: dict[str, Any], text_style: str = "base") -> str:
    words = {
        "id": "1:2",
        "name": "Words",
        "type": "text",
        "kind": "text",
        "at": {"x": 0, "y": 0},
        "text": "".join(run["text"] for run in runs),
        "runs": list(runs),
        "text_style": text_style,
        "text_box": {"align": "left", "valign": "top", "resize": "hug"},
        "box": {"x": 0, "y": 0, "width": 100, "height": 20},
        "sizing": {"horizontal": "hug", "vertical": "hug"},
    }
    pages = [{"id": "0:1", "name": "Page", "nodes": [words]}]
    (made,) = make_screens({"styles": STYLES, "pages": pages}, None)
    code = next(text for path, text in made["files"].items() if path.endswith(".tsx"))
    return " ".join(code.split())


def test_a_run_that_looks_like_its_text_is_no_span() -> None:
    code = code_of({"text": "Password", "text_style": "same"}, {"text": "*", "text_style": "same"})

    assert ">Password*</p>" in code


def test_runs_that_look_alike_are_one_and_a_blank_goes_with_what_is_before_it() -> None:
    code = code_of(
        {"text": "Terms", "text_style": "bold"},
        {"text": " ", "text_style": "base", "fill": "ink"},
        {"text": "apply", "text_style": "bold"},
        {"text": " "},
        {"text": "now", "text_style": "large"},
        {"text": " ", "text_style": "base"},
    )

    assert '<span className="font-bold">{"Terms apply "}</span>' in code
    assert '<span className="text-[20px]">now</span> {" "}' in code


def test_a_blank_after_a_link_is_not_part_of_it() -> None:
    code = code_of(
        {"text": "Docs", "text_style": "bold", "href": "https://example.com"},
        {"text": " ", "text_style": "bold"},
    )

    assert ">Docs</a>" in code


def test_an_upright_run_of_an_italic_text_says_so() -> None:
    upright = {"text": "not", "text_style": "base"}

    code = code_of({"text": "leaning "}, upright, text_style="italic")

    assert '<span className="not-italic">not</span>' in code
