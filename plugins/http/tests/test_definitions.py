"""What schemas refer to: converted once for all tools, as deep as there is room."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from interlock_http.openapi.definitions import Definitions
from interlock_http.openapi.operations import Compiled

from .descriptions import answer, body, compiled, described, only, query

REF = "#/components/schemas/"


def components(**schemas: Any) -> dict[str, Any]:
    return {"schemas": schemas}


def test_tools_share_what_they_refer_to() -> None:
    pet = {"type": "object", "properties": {"owner": {"$ref": f"{REF}Owner"}}}
    document = described(
        answer({"$ref": f"{REF}Pet"}), components=components(Pet=pet, Owner={"type": "string"})
    )
    document["paths"]["/b"] = document["paths"]["/a"]
    first, second = (each.output_schema for each in compiled(document).operations)
    assert first == second
    assert first["$defs"]["Pet"] is second["$defs"]["Pet"]


def test_a_result_is_described_as_deep_as_there_is_room() -> None:
    """Each level fills a good part of it; the nearest come first, and none is left dangling."""
    levels = {
        f"L{n}": {
            "type": "object",
            "description": "x" * 3000,
            "properties": {"next": {"$ref": f"{REF}L{n + 1}"}},
        }
        for n in range(30)
    }
    document = described(
        answer({"$ref": f"{REF}L0"}), components=components(**levels, L30={"type": "string"})
    )
    schema = only(document).output_schema
    assert len(orjson.dumps(schema)) < 20_000
    assert list(schema["$defs"]) == ["L0", "L1", "L2", "L3", "L4", "L5"]
    assert schema["$defs"]["L5"] == {}
    Draft202012Validator(schema).validate({"next": {"next": {}}})


def test_a_result_that_alone_is_too_large_is_not_described() -> None:
    found = compiled(described(answer({"enum": ["x" * 100] * 200})))
    assert found.operations[0].output_schema == {}
    assert found.undescribed[0].reason == "the schema alone is larger than 16 kB"


def test_arguments_are_described_much_deeper() -> None:
    levels = {
        f"L{n}": {"description": "x" * 3000, "items": {"$ref": f"{REF}L{n + 1}"}} for n in range(30)
    }
    document = described(
        query({"$ref": f"{REF}L0"}), components=components(**levels, L30={"type": "string"})
    )
    assert only(document).input_schema["$defs"]["L30"] == {"type": "string"}


def test_many_that_refer_to_each_other_are_converted_once(monkeypatch: Any) -> None:
    converted: list[str] = []
    convert = Definitions._converted

    def counted(self: Definitions, name: str) -> Any:
        converted.append(name)
        return convert(self, name)

    monkeypatch.setattr(Definitions, "_converted", counted)
    every = {
        f"S{n}": {"properties": {f"p{m}": {"$ref": f"{REF}S{m}"} for m in range(20)}}
        for n in range(20)
    }
    document = described({}, components=components(**every))
    operation = {**query({"$ref": f"{REF}S0"})}
    document["paths"] = {f"/{n}": {"get": operation} for n in range(50)}
    assert len(compiled(document).operations) == 50
    assert sorted(converted) == sorted(every)


def test_a_fault_behind_a_reference_is_told_of_each_operation_that_needs_it() -> None:
    document = described(
        query({"$ref": f"{REF}A"}),
        components=components(A={"items": {"$ref": f"{REF}B"}}, B={"minLength": "x"}),
    )
    document["paths"]["/b"] = {"post": body({"items": {"$ref": f"{REF}B"}})}
    told = [(each.pointer, each.reason) for each in compiled(document).left_out]
    reason = "minLength: 'x' is not of type 'integer'"
    place = "/components/schemas/B"
    assert told == [(place, f"{reason} (of GET /a)"), (place, f"{reason} (of POST /b)")]


def test_a_number_that_json_does_not_have_is_taken_as_json_would_take_it() -> None:
    """OpenAI's description has such: it would cost the whole list of tools."""
    text = """
openapi: 3.1.0
paths:
  /a: {get: {parameters: [{name: q, in: query, schema: {minimum: -9223372036854776000}}]}}
"""
    schema = only(text).input_schema
    assert schema == orjson.loads(orjson.dumps(schema))
    assert schema["properties"]["q"]["minimum"] == -9.223372036854776e18


def test_what_cannot_be_said_in_json_costs_one_operation() -> None:
    text = """
openapi: 3.1.0
paths:
  /a: {get: {parameters: [{name: q, in: query, schema: {default: !!binary aGk=}}]}}
  /b: {get: {}}
"""
    found = compiled(text)
    assert [each.path for each in found.operations] == ["/b"]
    assert "the schema is no JSON" in found.left_out[0].reason


@pytest.mark.parametrize("word", ["pattern", "title", "description"])
def test_words_that_are_no_text_are_left_out(word: str) -> None:
    schema = only(described(query({"type": "string", word: {"$ref": "#/x"}}))).input_schema
    assert schema["properties"]["q"] == {"type": "string"}


def test_keys_of_yaml_are_texts_within_values_too() -> None:
    text = """
openapi: 3.1.0
paths:
  /a: {get: {parameters: [{name: q, in: query, schema: {default: {1: a, null: b, no: c}}}]}}
"""
    schema = only(text).input_schema
    assert schema["properties"]["q"]["default"] == {"1": "a", "null": "b", "no": "c"}


# What older drafts of JSON Schema said, and people still say


def test_bounds_and_null_of_3_0_are_understood_in_3_1() -> None:
    schema = {"type": "integer", "minimum": 0, "exclusiveMinimum": True, "nullable": True}
    check = Draft202012Validator(only(described(query(schema))).input_schema)
    assert [check.is_valid({"q": value}) for value in (1, 0, None)] == [True, False, True]


def test_null_beside_a_reference_is_understood_in_3_1() -> None:
    schema = {"$ref": f"{REF}X", "nullable": True}
    document = described(query(schema), components=components(X={"type": "integer"}))
    check = Draft202012Validator(only(document).input_schema)
    assert [check.is_valid({"q": value}) for value in (1, "x", None)] == [True, False, True]


def test_a_recursive_reference_of_2019_leads_to_the_schema_around_it() -> None:
    """As OpenAI's own description has it."""
    both = {
        "$recursiveAnchor": True,
        "type": "object",
        "required": ["filters"],
        "properties": {
            "filters": {
                "type": "array",
                "items": {"oneOf": [{"$ref": f"{REF}One"}, {"$recursiveRef": "#"}]},
            }
        },
    }
    one = {"type": "object", "required": ["key"]}
    document = described(query({"$ref": f"{REF}Both"}), components=components(Both=both, One=one))
    check = Draft202012Validator(only(document).input_schema)
    key = {"key": "a"}
    assert check.is_valid({"q": {"filters": [key, {"filters": [key]}]}})
    assert not check.is_valid({"q": {"filters": [{"filters": [{}]}]}})


# What is new in 3.2


def test_a_description_may_refer_to_itself_by_its_own_address() -> None:
    document: dict[str, Any] = described(
        query({"$ref": "https://x.example/api.json#/components/schemas/X"}),
        components=components(X={"type": "integer"}),
    )
    mine = {**document, "openapi": "3.2.0", "$self": "https://x.example/api.json"}
    assert only(mine).input_schema["$defs"] == {"X": {"type": "integer"}}
    found: Compiled = compiled({**mine, "$self": "https://x.example/other.json"})
    assert "leads out of the document" in found.left_out[0].reason


def test_extensions_among_the_paths_are_no_paths() -> None:
    document = described({})
    document["paths"]["x-root"] = "/v1"
    assert compiled(document).left_out == []
