"""Arguments have names that models may be given, and requests the names that the API wants."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest
from aiohttp import web

from .conftest import Open, Serve
from .descriptions import body, compiled, described, only

PLAIN = re.compile(r"[a-zA-Z0-9_.-]{1,64}")


def parameters(*names: str, **more: Any) -> dict[str, Any]:
    return {"parameters": [{"name": name, "in": "query", **more} for name in names]}


@pytest.mark.parametrize(
    ("names", "arguments"),
    [
        (["filter[state]", "$top", "ids[]"], ["filter_state", "top", "ids"]),
        (["StartTime<", "StartTime>"], ["StartTime", "StartTime_2"]),
        (["StartTime<", "StartTime"], ["StartTime_2", "StartTime"]),
        (["x" * 80, "x" * 81], ["x" * 60, "x" * 60 + "_2"]),
        (["[]", "名前"], ["argument", "argument_2"]),
        (["page.size", "X-Mine", "a_b"], ["page.size", "X-Mine", "a_b"]),
    ],
)
def test_names_are_made_plain_and_stay_apart(names: list[str], arguments: list[str]) -> None:
    operation = only(described(parameters(*names)))
    assert list(operation.input_schema["properties"]) == arguments
    assert all(map(PLAIN.fullmatch, arguments))
    assert [each.name for each in operation.parameters] == names


def test_what_the_api_calls_it_is_said() -> None:
    described_one = parameters("filter[state]", description="Only these.")
    schema = only(described(described_one)).input_schema
    assert schema["properties"]["filter_state"]["description"] == "filter[state]: Only these."
    schema = only(described(parameters("$top", required=True))).input_schema
    assert schema["properties"]["top"]["description"] == "$top"
    assert schema["required"] == ["top"]


def test_fields_of_a_body_keep_apart_from_each_other() -> None:
    fields = {"properties": {"to[]": {"type": "array"}, "to": {"type": "string"}}}
    operation = only(described({**parameters("x<"), **body(fields, required=True)}, "post"))
    assert list(operation.input_schema["properties"]) == ["x", "to_2", "to"]
    assert operation.body is not None
    assert operation.body.fields == {"to[]": "to_2", "to": "to"}


def test_a_long_name_of_a_tool_has_room_for_that_of_the_service() -> None:
    document = described({})
    document["paths"] = {f"/{'long/' * 40}{end}": {"get": {}} for end in "ab"}
    first, second = (each.name for each in compiled(document).operations)
    assert len(first) <= 96
    assert second == f"{first}_2"


async def test_requests_have_the_names_of_the_api(
    serve: Serve, opened: Open, tmp_path: Any
) -> None:
    async def echo(request: web.Request) -> web.Response:
        form = await request.post()
        return web.json_response({"query": request.query_string, "form": dict(form)})

    url = await serve({"POST /a": echo})
    fields = {"type": "object", "required": ["to[]"], "properties": {"to[]": {"type": "string"}}}
    post = {
        **parameters("$top"),
        **body(fields, "application/x-www-form-urlencoded", required=True),
    }
    (tmp_path / "api.json").write_bytes(orjson.dumps(described(post, "post")))
    runtime = await opened(
        {"description": str(tmp_path / "api.json"), "base_url": url}, plugin="openapi"
    )
    answer = await runtime.call("api.a", {"top": 3, "to": "x"})
    assert answer == {"query": "$top=3", "form": {"to[]": "x"}}


async def test_a_file_is_sent_under_the_name_of_the_api(
    serve: Serve, opened: Open, tmp_path: Any
) -> None:
    async def echo(request: web.Request) -> web.Response:
        form = await request.post()
        return web.json_response({name: type(value).__name__ for name, value in form.items()})

    url = await serve({"POST /a": echo})
    fields = {
        "type": "object",
        "properties": {
            "docs[]": {"type": "string", "format": "binary"},
            "note": {"type": "string"},
        },
    }
    document = described(body(fields, "multipart/form-data"), "post", openapi="3.0.0")
    (tmp_path / "api.json").write_bytes(orjson.dumps(document))
    runtime = await opened(
        {"description": str(tmp_path / "api.json"), "base_url": url}, plugin="openapi"
    )
    answer = await runtime.call("api.a", {"docs": "hello", "note": "x"})
    assert answer == {"docs[]": "FileField", "note": "str"}
