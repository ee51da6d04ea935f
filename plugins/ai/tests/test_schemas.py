"""Schemas of answers: what is no use as one is told before anything is asked."""

from __future__ import annotations

from typing import Any

import pytest
from openai.lib._pydantic import to_strict_json_schema
from pydantic import BaseModel

from interlock.sdk import InvalidInput
from interlock_ai import analysis, react
from interlock_ai.providers import Question, Turn, provider_of
from interlock_ai.providers.strictness import fits_strict
from interlock_ai.structured import check_schema, parsed

TREE: dict[str, Any] = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "children": {"$ref": "#/$defs/trees"}},
    "required": ["name"],
    "$defs": {"trees": {"type": "array", "items": {"$ref": "#"}}},
}


def of(part: Any, **definitions: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": part}, "$defs": definitions}


def test_a_schema_may_refer_to_itself_where_values_end_it() -> None:
    check_schema(TREE)
    value = {"name": "a", "children": [{"name": "b"}]}
    assert parsed('{"name": "a", "children": [{"name": "b"}]}', TREE) == (value, [])
    _, faults = parsed('{"name": "a", "children": [{}]}', TREE)
    assert faults == ["$.children[0]: 'name' is a required property"]


def test_a_value_that_looks_like_a_reference_is_none() -> None:
    check_schema(of({"const": {"$ref": "nowhere"}}))
    check_schema(of({"type": "object", "properties": {"default": {"type": "string"}}}))


@pytest.mark.parametrize(
    ("schema", "path", "says"),
    [
        (of({"$ref": "https://example.com/x"}), "$.schema.properties.a.$ref", "under \\$defs"),
        (of({"$ref": "#/$defs/no"}), "$.schema.properties.a.$ref", "there is no '#/\\$defs/no'"),
        (of({"$ref": "#/$defs/b"}, b={"$ref": "#/$defs/b"}), "", "leads back to itself"),
        (
            of(
                {"$ref": "#/$defs/b"}, b={"anyOf": [{"$ref": "#/$defs/c"}]}, c={"$ref": "#/$defs/b"}
            ),
            "",
            "leads back to itself",
        ),
        (of({"items": [{"type": "x"}]}), "$.schema", "not valid|not of type"),
        (of({"properties": {"default": {"$ref": "#/$defs/no"}}}), "", "there is no"),
    ],
    ids=["elsewhere", "nowhere", "circle", "larger-circle", "no-schema", "default-by-name"],
)
def test_a_reference_of_no_use_is_told_with_its_place(
    schema: dict[str, Any], path: str, says: str
) -> None:
    with pytest.raises(InvalidInput, match=says) as caught:
        check_schema(schema)
    assert caught.value.path == path or not path


class Line(BaseModel):
    text: str
    amount: float | None
    more: list[Line] = []


class Order(BaseModel):
    kind: str
    lines: list[Line]


@pytest.mark.parametrize(
    "schema", [analysis.schema(analysis.KINDS), react.SCHEMA, to_strict_json_schema(Order)]
)
def test_what_openai_can_keep_to_the_letter_is_asked_for_so(schema: dict[str, Any]) -> None:
    schema = without_defaults(schema)
    assert fits_strict(schema)
    question = Question((Turn("user", "x"),), schema=schema)
    _, responses = provider_of("openai").request(question, "m", stream=False)
    assert responses["text"]["format"]["strict"] is True
    for provider in ("openai-chat", "openai-compatible"):
        _, chat = provider_of(provider).request(question, "m", stream=False)  # type: ignore[arg-type]
        assert chat["response_format"]["json_schema"]["strict"] is True


def without_defaults(node: Any) -> Any:
    """OpenAI's SDK leaves them in, and its API refuses them."""
    if isinstance(node, dict):
        return {name: without_defaults(part) for name, part in node.items() if name != "default"}
    return [without_defaults(part) for part in node] if isinstance(node, list) else node


CLOSED = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
CLOSED["additionalProperties"] = False


@pytest.mark.parametrize(
    "change",
    [
        {"additionalProperties": True},
        {"required": []},
        {"properties": {"a": {"type": "string", "maxLength": 3}}},
        {"properties": {"a": {"type": "string", "format": "uri"}}},
        {"properties": {"a": {}}},
        {"properties": {"a": True}},
        {"properties": {"a": {"type": "array", "items": {"type": "object"}}}},
        {"properties": {"a": {"anyOf": [{"type": "string"}, {"oneOf": []}]}}},
        {"properties": {"a": {"$ref": "#/$defs/a", "description": "beside"}}},
        {"$defs": {"a": {"type": ["object", "null"]}}},
        {"anyOf": [CLOSED]},
    ],
    ids=str,
)
def test_what_goes_beyond_it_is_only_wished_for(change: dict[str, Any]) -> None:
    assert fits_strict(CLOSED)
    assert not fits_strict({**CLOSED, **change})


def test_nothing_stands_beside_a_reference_in_what_gemini_is_asked() -> None:
    schema = of({"$ref": "#/$defs/b", "description": "beside"}, b={"type": "string"})
    question = Question((Turn("user", "x"),), schema=schema)
    _, body = provider_of("gemini").request(question, "m", stream=False)
    sent = body["generationConfig"]["responseJsonSchema"]
    assert sent == of({"$ref": "#/$defs/b"}, b={"type": "string"})


@pytest.mark.parametrize(
    ("schema", "natively"),
    [
        (CLOSED, True),
        ({**CLOSED, "additionalProperties": True}, True),
        (TREE, False),
        (of({"$ref": "#/$defs/a"}, a={"type": "array", "items": {"$ref": "#/$defs/a"}}), False),
        (of({"$ref": "#/$defs/a"}, a={"type": "string"}), True),
        (of({"type": "object", "additionalProperties": {"type": "number"}}), False),
        (of({"type": "object"}), False),
        (of({"type": "object", "additionalProperties": False}), True),
    ],
    ids=["closed", "open", "tree", "list", "defined", "map", "anything", "empty"],
)
async def test_what_anthropics_api_cannot_express_is_put_into_words(
    ai: Any, schema: dict[str, Any], natively: bool
) -> None:
    assert provider_of("anthropic").takes(schema) is natively
    tools = await ai("anthropic")
    if natively:
        await tools.generate("[3] A fact.", schema=schema)
    else:
        answer = 'Here:\n```json\n{"name": "a"}\n```'
        assert (await tools.generate(answer, schema=schema))["data"] == {"name": "a"}
