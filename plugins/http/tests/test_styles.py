"""How the arguments of an operation are written, as its description has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from interlock.sdk import InvalidInput, NotFound

from .conftest import Open, Serve, api, echo, written


@pytest.mark.parametrize(
    ("parameter", "value", "query"),
    [
        ({}, ["a", "b"], [["q", "a"], ["q", "b"]]),
        ({"explode": False}, ["a", "b"], [["q", "a,b"]]),
        ({"style": "pipeDelimited"}, ["a", "b"], [["q", "a|b"]]),
        ({"style": "spaceDelimited"}, ["a", "b"], [["q", "a b"]]),
        ({}, {"x": 1, "y": True}, [["x", "1"], ["y", "true"]]),
        ({"explode": False}, {"x": 1, "y": 2}, [["q", "x,1,y,2"]]),
        ({"style": "deepObject"}, {"x": 1}, [["q[x]", "1"]]),
        ({"style": "deepObject"}, {"x": {"y": [1, 2]}}, [["q[x][y][0]", "1"], ["q[x][y][1]", "2"]]),
        ({"style": "deepObject"}, ["a", "b"], [["q[0]", "a"], ["q[1]", "b"]]),
        ({"content": {"application/json": {}}}, {"x": [1]}, [["q", '{"x":[1]}']]),
    ],
)
async def test_parameters_are_written_in_their_style(
    serve: Serve,
    opened: Open,
    tmp_path: Path,
    parameter: dict[str, Any],
    value: Any,
    query: list[list[str]],
) -> None:
    url = await serve({"GET /a": echo})
    document = api(url, {"parameters": [{"name": "q", "in": "query", **parameter}]})
    runtime = await opened({"description": written(tmp_path, document)}, plugin="openapi")
    assert (await runtime.call("api.a", {"q": value}))["query"] == query


@pytest.mark.parametrize(
    ("parameter", "value", "path"),
    [
        ({}, "a/b,c", "a%2Fb%2Cc"),
        ({}, ["a", "b,c"], "a,b%2Cc"),
        ({}, {"x": 1, "y": 2}, "x,1,y,2"),
        ({"explode": True}, {"x": 1, "y": 2}, "x=1,y=2"),
        ({"style": "label"}, "a", ".a"),
        ({"style": "label"}, ["a", "b"], ".a,b"),
        ({"style": "label", "explode": True}, {"x": 1, "y": 2}, ".x=1.y=2"),
        ({"style": "matrix"}, "a", ";q=a"),
        ({"style": "matrix"}, ["a", "b"], ";q=a,b"),
        ({"style": "matrix", "explode": True}, ["a", "b"], ";q=a;q=b"),
        ({"style": "matrix", "explode": True}, {"x": 1, "y": 2}, ";x=1;y=2"),
    ],
)
async def test_values_in_a_path_are_written_in_their_style(
    serve: Serve,
    opened: Open,
    tmp_path: Path,
    parameter: dict[str, Any],
    value: Any,
    path: str,
) -> None:
    url = await serve({"GET /a/{q}": echo})
    declared = {"name": "q", "in": "path", "required": True, **parameter}
    document = api(url, {"parameters": [declared]}, path="/a/{q}")
    runtime = await opened({"description": written(tmp_path, document)}, plugin="openapi")
    assert (await runtime.call("api.a", {"q": value}))["path"] == f"/a/{path}"


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("encoding", "value", "body"),
    [
        ({}, ["a b", "c"], "f=a+b&f=c"),
        ({}, {"x": 1}, 'f={"x":1}'),
        ({"style": "form"}, {"x": 1}, "x=1"),
        ({"style": "form", "explode": False}, ["a", "b"], "f=a,b"),
        # As Stripe's description has it.
        (
            {"style": "deepObject", "explode": True},
            [{"price": "p", "tiers": [{"to": 1}]}],
            "f[0][price]=p&f[0][tiers][0][to]=1",
        ),
    ],
)
async def test_fields_of_a_form_are_written_in_their_style(
    serve: Serve,
    opened: Open,
    tmp_path: Path,
    encoding: dict[str, Any],
    value: Any,
    body: str,
) -> None:
    url = await serve({"POST /a": echo})
    schema = {"type": "object", "properties": {"f": {}, "g": {"type": "string"}}}
    content = {FORM: {"schema": schema, "encoding": {"f": encoding}}}
    document = api(url, {})
    operation = {"operationId": "a", "requestBody": {"content": content}}
    document["paths"]["/a"] = {"post": operation}
    runtime = await opened({"description": written(tmp_path, document)}, plugin="openapi")
    sent = await runtime.call("api.a", {"f": value, "g": "h"})
    assert unquote(sent["body"]) == f"{body}&g=h"
    assert sent["headers"]["content-type"] == FORM


async def test_a_list_in_a_multipart_form_is_several_parts(
    serve: Serve, opened: Open, tmp_path: Path
) -> None:
    url = await serve({"POST /a": echo})
    schema = {"type": "object", "properties": {"f": {"type": "array"}}}
    document = api(url, {})
    body = {"content": {"multipart/form-data": {"schema": schema}}}
    document["paths"]["/a"] = {"post": {"operationId": "a", "requestBody": body}}
    runtime = await opened({"description": written(tmp_path, document)}, plugin="openapi")
    sent = await runtime.call("api.a", {"f": ["one", "two"]})
    assert sent["body"].count('name="f"') == 2 and "one" in sent["body"]


FILES: dict[str, Any] = {
    "type": "object",
    "properties": {
        "photo": {"type": "string", "format": "binary", "description": "of the pet"},
        "more": {"type": "array", "items": {"contentMediaType": "image/png"}},
        "name": {"type": "string"},
    },
}


async def test_files_are_sent_from_beside_the_journal(
    serve: Serve, opened: Open, tmp_path: Path
) -> None:
    url = await serve({"POST /a": echo})
    document = api(url, {})
    body = {"content": {"multipart/form-data": {"schema": FILES}}}
    document["paths"]["/a"] = {"post": {"operationId": "a", "requestBody": body}}
    runtime = await opened({"description": written(tmp_path, document)}, plugin="openapi")
    kept = await runtime.journal.blobs.put(b"bytes of it", "image/png")
    photo = {"blob": kept.digest, "name": "rex.png", "media_type": "image/png"}
    sent = (await runtime.call("api.a", {"photo": photo, "more": ["b", "c"], "name": "Rex"}))[
        "body"
    ]
    assert 'name="photo"; filename="rex.png"\r\nContent-Type: image/png\r\n\r\nbytes of it' in sent
    assert sent.count('name="more"; filename="file"') == 2
    assert 'name="name"\r\n\r\nRex' in sent
    with pytest.raises(NotFound):
        await runtime.call("api.a", {"photo": {"blob": "sha256:" + "0" * 64}})


async def test_a_body_that_is_a_file_is_sent_as_it_is(
    serve: Serve, opened: Open, tmp_path: Path
) -> None:
    url = await serve({"POST /a": echo})
    document = api(url, {})
    schema = {"type": "string", "format": "binary"}
    body = {"content": {"application/octet-stream": {"schema": schema}}, "required": True}
    document["paths"]["/a"] = {"post": {"operationId": "a", "requestBody": body}}
    runtime = await opened({"description": written(tmp_path, document)}, plugin="openapi")
    kept = await runtime.journal.blobs.put(b"bytes of it", "image/png")
    sent = await runtime.call("api.a", {"body": {"blob": kept.digest}})
    assert sent["body"] == "bytes of it"
    assert sent["headers"]["content-type"] == "application/octet-stream"


async def test_a_part_says_what_it_is(serve: Serve, opened: Open, tmp_path: Path) -> None:
    url = await serve({"POST /a": echo})
    properties: dict[str, Any] = {
        "order": {"type": "object"},
        "lines": {"type": "array", "items": {"type": "object"}},
        "note": {"type": "string"},
        "page": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "photo": {"type": "string", "format": "binary"},
        "any": {"type": "string", "format": "binary"},
    }
    encoding = {
        "page": {"contentType": "text/html"},
        "photo": {"contentType": "image/png"},
        "any": {"contentType": "image/png, image/jpeg"},
        "tags": {"style": "pipeDelimited"},
    }
    schema = {"type": "object", "properties": properties}
    document = api(url, {})
    body = {"content": {"multipart/form-data": {"schema": schema, "encoding": encoding}}}
    document["paths"]["/a"] = {"post": {"operationId": "a", "requestBody": body}}
    runtime = await opened({"description": written(tmp_path, document)}, plugin="openapi")
    arguments: dict[str, Any] = {
        "order": {"id": 1},
        "lines": [{"n": 1}, {"n": 2}],
        "note": "x",
        "page": "<p>",
        "tags": ["a b", "c"],
        "photo": "png",
        "any": "gif",
    }
    sent = (await runtime.call("api.a", arguments))["body"]
    json = "Content-Type: application/json\r\n\r\n"
    assert f'name="order"\r\n{json}{{"id":1}}' in sent
    assert sent.count(f'name="lines"\r\n{json}{{"n":') == 2
    assert 'name="note"\r\n\r\nx' in sent
    assert 'name="page"\r\nContent-Type: text/html\r\n\r\n<p>' in sent
    assert 'name="tags"\r\n\r\na b|c' in sent
    assert 'name="photo"; filename="file"\r\nContent-Type: image/png\r\n\r\npng' in sent
    assert 'name="any"; filename="file"\r\nContent-Type: application/octet-stream' in sent


@pytest.mark.parametrize("media_type", ["application/xml", "text/csv"])
async def test_what_cannot_be_made_of_json_is_asked_for_as_a_text(
    serve: Serve, opened: Open, tmp_path: Path, media_type: str
) -> None:
    url = await serve({"POST /a": echo})
    document = api(url, {})
    schema = {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}
    body = {"content": {media_type: {"schema": schema}}, "required": True}
    document["paths"]["/a"] = {"post": {"operationId": "a", "requestBody": body}}
    runtime = await opened({"description": written(tmp_path, document)}, plugin="openapi")
    sent = await runtime.call("api.a", {"body": "<id>1</id>"})
    assert sent["body"] == "<id>1</id>" and sent["headers"]["content-type"] == media_type
    with pytest.raises(InvalidInput, match="string"):
        await runtime.call("api.a", {"body": {"id": 1}})
