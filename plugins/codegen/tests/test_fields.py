"""Text fields of screens: what they are called and what they take."""

from typing import Any

import pytest

from interlock_codegen.service import make_screens


def a_layer(of: str, y: float, height: float, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"{of}:{y}",
        "name": of.title(),
        "type": of,
        "box": {"x": 0, "y": y, "width": 300, "height": height},
        "sizing": {"horizontal": "fixed", "vertical": "fixed"},
        **fields,
    }


def a_text(text: str, y: float) -> dict[str, Any]:
    setting = {"align": "left", "valign": "top", "resize": "hug"}
    return a_layer("text", y, 20, text=text, text_box=setting, name=text)


def code_of(*layers: dict[str, Any], height: float = 80) -> str:
    held = a_layer("group", 0, height, id="1:2", name="Group 7", children=list(layers))
    root = a_layer("frame", 0, 400, id="1:1", name="Screen", kind="frame", children=[held])
    pages = [{"id": "0:1", "name": "Page", "nodes": [root]}]
    (made,) = make_screens({"styles": {}, "pages": pages}, None)
    return next(text for path, text in made["files"].items() if path.endswith(".tsx"))


def a_field(placeholder: str) -> dict[str, Any]:
    return a_layer("frame", 30, 50, name="Large Input", children=[a_text(placeholder, 15)])


def test_a_field_is_called_what_the_text_over_it_says() -> None:
    code = code_of(a_text("Password*", 0), a_field("Min. 8 characters"))

    assert '<input type="password" placeholder="Min. 8 characters" aria-label="Password"' in code


def test_a_text_that_is_not_the_fields_alone_is_not_its_label() -> None:
    code = code_of(a_text("Welcome back", 0), a_field("Your name"), height=300)

    assert 'aria-label="Your name"' in code


@pytest.mark.parametrize(
    ("placeholder", "kind"),
    [("you@example.com", "email"), ("Phone number", "tel"), ("Search", "search"), ("City", "text")],
)
def test_a_field_takes_what_it_asks_for(placeholder: str, kind: str) -> None:
    assert f'type="{kind}"' in code_of(a_field(placeholder))
