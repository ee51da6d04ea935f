"""What does not fit a tool's schema never reaches it, and checking asks nobody."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from interlock.sdk import Facts, InvalidInput, declared_tool
from interlock.sdk.json_schema import Schema

SCHEMA = {
    "type": "object",
    "required": ["name", "size"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z]{1,8}$"},
        "size": {"type": "integer", "minimum": 0, "maximum": 9},
        "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "uniqueItems": True},
    },
}
ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-20, 20)
    | st.floats(allow_nan=False)
    | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
ALMOST = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["a", "abc", "A", "", "aaaaaaaaaa"]) | ANY,
        "size": st.integers(-2, 12) | ANY,
        "tags": st.lists(st.sampled_from(["a", "b", "c"]), max_size=3) | ANY,
        "more": ANY,
    },
)


@settings(max_examples=3 * settings.default.max_examples)
@given(ALMOST)
def test_only_what_fits_gets_through(arguments: dict[str, Any]) -> None:
    async def never(_: Any) -> None:
        raise AssertionError

    tool = declared_tool("put", never, input_schema=SCHEMA, facts=Facts())
    fits = Draft202012Validator(SCHEMA).is_valid(arguments)
    if fits:
        assert tool.signature.arguments(arguments) == {"arguments": arguments}
    else:
        with pytest.raises(InvalidInput):
            tool.signature.arguments(arguments)


def test_a_reference_to_elsewhere_is_not_followed() -> None:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/schema"
        with pytest.raises(InvalidInput, match="not looked up"):
            Schema({"type": "object", "properties": {"a": {"$ref": url}}}).check({"a": 1}, "put")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert asked == []
