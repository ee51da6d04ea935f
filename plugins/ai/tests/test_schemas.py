"""Schemas of answers: what is no use as one is told before anything is asked."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.sdk import InvalidInput
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
