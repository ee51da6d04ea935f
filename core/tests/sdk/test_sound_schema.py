"""The quick look at a schema says nothing that the schema of schemas would not say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from interlock.sdk.json_schema import schema_fault, schema_faults
from interlock.sdk.sound_schema import is_sound

WORDS = sorted(
    {"$defs", "$ref", "$schema", "$id", "$anchor", "$comment", "$recursiveAnchor", "x-mine"}
    | {"allOf", "anyOf", "oneOf", "prefixItems", "if", "not", "items", "contains", "const"}
    | {"additionalProperties", "properties", "patternProperties", "dependentSchemas", "type"}
    | {"propertyNames", "unevaluatedItems", "required", "dependentRequired", "enum", "default"}
    | {"multipleOf", "minimum", "exclusiveMaximum", "minLength", "maxItems", "minProperties"}
    | {"uniqueItems", "pattern", "format", "title", "deprecated", "examples", "contentSchema"}
)
VALUES = st.recursive(
    st.sampled_from([None, True, False, -1, 0, 1, 1.5, 2.0, "", "a", "object", "[", "(?<n>a)"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*WORDS, "["]), inner)
    ),
    max_leaves=8,
)
SCHEMAS = st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=4)


@given(SCHEMAS | VALUES)
def test_what_is_called_sound_is_so(schema: Any) -> None:
    if is_sound(schema):
        Draft202012Validator.check_schema(schema)


def test_what_schemas_are_made_of_needs_no_second_look() -> None:
    order = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": ["object", "null"],
        "description": "An order.",
        "required": ["lines"],
        "properties": {
            "lines": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/line"}},
            "state": {"enum": ["open", None], "default": "open"},
        },
        "patternProperties": {"^x-": True},
        "additionalProperties": False,
        "$defs": {"line": {"anyOf": [{"type": "string", "pattern": "^a"}, {"minimum": 0.5}]}},
    }
    assert is_sound(order)


def test_a_schema_that_contains_itself_is_not_walked_for_ever() -> None:
    schema: dict[str, Any] = {}
    schema["not"] = schema
    assert not is_sound(schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "file"},
        {"required": ["a", "a"]},
        {"pattern": 0},
        {"maxLength": True},
        {"allOf": []},
        {"multipleOf": 0},
        {"properties": {"a": {"items": [True]}}},
        5,
    ],
)
def test_what_is_wrong_is_still_told(schema: Any) -> None:
    assert not is_sound(schema)
    assert schema_fault(schema) is not None


def test_every_fault_is_told() -> None:
    schema = {"properties": {"a": {"type": 1}, "b": {"minItems": -1}}}
    assert len(schema_faults(schema)) == 2


def test_a_pattern_that_python_cannot_read_is_not_called_sound() -> None:
    assert not is_sound({"patternProperties": {"[": True}})
    assert not is_sound({"pattern": "["})
