"""What is sent for an operation of a description, and what is asked of its caller."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from interlock.sdk import InvalidInput

from .conftest import Open, Serve, echo
from .descriptions import answer, body, described, only


async def called(
    serve: Serve,
    opened: Open,
    folder: Path,
    operation: dict[str, Any],
    arguments: dict[str, Any],
    **settings: Any,
) -> dict[str, Any]:
    (folder / "api.json").write_bytes(orjson.dumps(described(operation, "post")))
    url = await serve({"POST /a": echo})
    settings = {"description": str(folder / "api.json"), "base_url": url, **settings}
    runtime = await opened(settings, plugin="openapi")
    sent: dict[str, Any] = await runtime.call("api.a", arguments)
    return sent


async def test_a_path_keeps_the_query_that_it_has_and_loses_its_fragment(
    serve: Serve, opened: Open, tmp_path: Path
) -> None:
    """Anthropic's description tells operations apart by a query, AWS's by a fragment."""
    page = {"parameters": [{"name": "page", "in": "query", "schema": {"type": "integer"}}]}
    document = described({})
    document["paths"] = {
        "/a?beta=true": {"post": {"operationId": "beta", **page}},
        "/a#Create": {"post": {"operationId": "create", **page}},
    }
    (tmp_path / "api.json").write_bytes(orjson.dumps(document))
    url = await serve({"POST /a": echo})
    settings = {"description": str(tmp_path / "api.json"), "base_url": url}
    runtime = await opened(settings, plugin="openapi")
    beta = await runtime.call("api.beta", {"page": 2})
    assert beta["query"] == [["beta", "true"], ["page", "2"]]
    create = await runtime.call("api.create", {"page": 2})
    assert (create["path"], create["query"]) == ("/a", [["page", "2"]])


@pytest.mark.parametrize(
    ("content", "accept"),
    [
        (["application/xml", "application/json"], "application/json, */*;q=0.5"),
        (["application/xml"], "application/xml, */*;q=0.5"),
        (["*/*"], "application/json, */*;q=0.5"),
        (["application/vnd.api+json"], "application/vnd.api+json, */*;q=0.5"),
        ([], "*/*"),
    ],
)
async def test_answers_are_asked_for_as_they_are_described(
    serve: Serve, opened: Open, tmp_path: Path, content: list[str], accept: str
) -> None:
    operation = {"responses": {"200": {"content": {each: {} for each in content}}}}
    sent = await called(serve, opened, tmp_path, operation, {})
    assert sent["headers"]["accept"] == accept


async def test_the_settings_say_what_is_accepted_before_the_description_does(
    serve: Serve, opened: Open, tmp_path: Path
) -> None:
    headers = {"Accept": "application/vnd.github+json"}
    sent = await called(serve, opened, tmp_path, answer({}), {}, headers=headers)
    assert sent["headers"]["accept"] == "application/vnd.github+json"


async def test_json_in_a_header_is_written_in_ascii(
    serve: Serve, opened: Open, tmp_path: Path
) -> None:
    """As Dropbox wants it."""
    content = {"application/json": {"schema": {"type": "object"}}}
    operation = {"parameters": [{"name": "X-Arg", "in": "header", "content": content}]}
    sent = await called(serve, opened, tmp_path, operation, {"X-Arg": {"path": "/Ü"}})
    assert sent["headers"]["x-arg"] == '{"path": "/\\u00dc"}'


async def test_a_field_that_is_required_and_not_described_can_be_sent(
    serve: Serve, opened: Open, tmp_path: Path
) -> None:
    """As in Plaid's description."""
    operation = body({"required": ["a", "b"], "properties": {"a": {}}}, required=True)
    with pytest.raises(InvalidInput, match="'b' is a required property"):
        await called(serve, opened, tmp_path, operation, {"a": 1})
    assert only(described(operation, "post")).input_schema["properties"] == {"a": {}, "b": {}}


@pytest.mark.parametrize(
    ("schema", "arguments", "media_type"),
    [
        ({"properties": {"kind": {"type": "string"}}}, {"kind": "Pod"}, "application/json"),
        ({"type": "string"}, {"body": "a"}, "text/plain"),
        ({"type": "array"}, {"body": [1]}, "application/json"),
    ],
)
async def test_a_body_of_any_type_is_sent_as_one(
    serve: Serve,
    opened: Open,
    tmp_path: Path,
    schema: dict[str, Any],
    arguments: dict[str, Any],
    media_type: str,
) -> None:
    """Kubernetes describes its own so, and what is converted from Swagger 2."""
    sent = await called(serve, opened, tmp_path, body(schema, "*/*"), arguments)
    assert sent["headers"]["content-type"] == media_type


def test_a_result_of_any_type_is_described() -> None:
    content = {"*/*": {"schema": {"type": "array"}}}
    operation = only(described({"responses": {"200": {"content": content}}}))
    assert operation.output_schema == {"type": "array"}


def test_a_body_that_may_be_missing_is_not_sent_in_part() -> None:
    fields = {"required": ["to", "text"], "properties": {"to": {}, "text": {}, "cc": {}}}
    schema = only(described(body(fields), "post")).input_schema
    assert schema["required"] == []
    assert schema["dependentRequired"] == {
        "to": ["text"],
        "text": ["to"],
        "cc": ["to", "text"],
    }
    needed = only(described(body(fields, required=True), "post")).input_schema
    assert needed["required"] == ["to", "text"]
    assert "dependentRequired" not in needed
