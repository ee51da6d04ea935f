"""What descriptions contain in the wild, and what becomes of it."""

from __future__ import annotations

import random
from copy import deepcopy
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from interlock.sdk import NeedsAttention
from interlock_http.openapi.reading import read_description

from .descriptions import answer, body, compiled, described, only, query

# Schemas


def test_references_with_the_same_last_word_stay_apart() -> None:
    parameters = [
        {"name": "s", "in": "query", "schema": {"$ref": "#/components/schemas/X"}},
        {"name": "t", "in": "query", "schema": {"$ref": "#/components/x-more/X"}},
    ]
    components = {"schemas": {"X": {"type": "integer"}}, "x-more": {"X": {"type": "boolean"}}}
    schema = only(described({"parameters": parameters}, components=components)).input_schema
    Draft202012Validator(schema).validate({"s": 1, "t": True})
    assert not Draft202012Validator(schema).is_valid({"s": True, "t": 1})


@pytest.mark.parametrize("name", ["a/b", "with space", "100%", "a~b", "Ä"])
def test_a_reference_may_lead_to_any_name(name: str) -> None:
    pointer = name.replace("~", "~0").replace("/", "~1").replace("%", "%25").replace(" ", "%20")
    schema = {"$ref": f"#/components/schemas/{pointer}"}
    components = {"schemas": {name: {"type": "integer"}}}
    found = only(described(query(schema), components=components)).input_schema
    assert not Draft202012Validator(found).is_valid({"q": "text"})


def test_a_schema_that_contains_itself_is_kept_as_it_is() -> None:
    tree = {"type": "object", "properties": {"sub": {"$ref": "#/components/schemas/T"}}}
    schema = only(
        described(answer({"$ref": "#/components/schemas/T"}), components={"schemas": {"T": tree}})
    ).output_schema
    assert schema["$ref"] == "#/$defs/T"
    assert not Draft202012Validator(schema).is_valid({"sub": {"sub": 1}})


def test_null_is_said_in_either_way() -> None:
    new = only(described(query({"type": ["string", "null"]}))).input_schema
    assert new["properties"]["q"] == {"type": ["string", "null"]}
    old = described(query({"type": "string", "nullable": True})) | {"openapi": "3.0.3"}
    assert only(old).input_schema["properties"]["q"] == {"type": ["string", "null"]}
    mixed = {"nullable": True, "allOf": [{"$ref": "#/components/schemas/X"}]}
    document = described(query(mixed), components={"schemas": {"X": {"type": "integer"}}})
    schema = only({**document, "openapi": "3.0.0"}).input_schema
    assert Draft202012Validator(schema).is_valid({"q": None})
    assert not Draft202012Validator(schema).is_valid({"q": "x"})


def test_words_beside_a_reference_count_since_3_1() -> None:
    schema = {"$ref": "#/components/schemas/X", "maxLength": 2}
    document = described(query(schema), components={"schemas": {"X": {"type": "string"}}})
    new = Draft202012Validator(only(document).input_schema)
    old = Draft202012Validator(only({**document, "openapi": "3.0.0"}).input_schema)
    assert (new.is_valid({"q": "abc"}), old.is_valid({"q": "abc"})) == (False, True)


def test_a_pattern_of_another_language_is_not_held_against_the_caller() -> None:
    schema = {"type": "string", "pattern": r"^\p{L}+$"}
    found = only(described(query(schema))).input_schema
    assert found["properties"]["q"] == {"type": "string"}


def test_what_the_api_sets_itself_is_not_asked_of_the_caller() -> None:
    pet = {
        "type": "object",
        "required": ["id", "name", "secret"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "name": {"type": "string"},
            "secret": {"type": "string", "writeOnly": True},
        },
    }
    pets = {"type": "array", "items": pet}
    post = {**body(pet, required=True), **answer(pets)}
    operation = only(described(post, "post"))
    assert operation.input_schema["required"] == ["name", "secret"]
    assert "id" not in operation.input_schema["properties"]
    assert operation.output_schema["items"]["required"] == ["id", "name"]
    nested = only(described(body(pets), "post")).input_schema
    assert nested["properties"]["body"]["items"]["required"] == ["name", "secret"]


# Arguments


def test_arguments_of_one_name_are_told_apart() -> None:
    parameters = [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
        {"name": "id", "in": "query", "schema": {"type": "string"}},
        {"name": "query_id", "in": "query", "schema": {"type": "string"}},
    ]
    fields = {"type": "object", "properties": {"id": {"type": "string"}}}
    document = described({})
    post = {"operationId": "a", "parameters": parameters, **body(fields)}
    document["paths"] = {"/a/{id}": {"post": post}}
    schema = only(document).input_schema
    assert list(schema["properties"]) == ["id", "query_id", "query_query_id", "body"]


def test_headers_that_are_sent_anyway_are_no_arguments() -> None:
    headers = ["API-Version", "Idempotency-Key", "X-Key", "Authorization", "X-Mine"]
    parameters = [{"name": name, "in": "header", "required": True} for name in headers]
    operation = only(
        described({"parameters": parameters}),
        headers={"api-version": "2"},
        idempotency_header="Idempotency-Key",
        auth={"kind": "api-key", "name": "x-key", "value": "k"},
    )
    assert operation.input_schema["required"] == ["X-Mine"]


def test_what_a_parameter_says_of_itself_is_kept() -> None:
    schema = only(described(query({}, description="how many", deprecated=True))).input_schema
    assert schema["properties"]["q"] == {"description": "how many", "deprecated": True}


def test_an_open_object_stays_one_argument() -> None:
    labels = {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "additionalProperties": {"type": "string"},
    }
    schema = only(described(body(labels), "post")).input_schema
    assert list(schema["properties"]) == ["body"]


def test_a_placeholder_that_nobody_describes_is_an_argument_all_the_same() -> None:
    document = {"openapi": "3.1.0", "paths": {"/a/{id}": {"get": {}}}}
    operation = only(document)
    assert operation.name == "get_a_id"
    assert operation.input_schema["required"] == ["id"]


def test_tools_get_names_of_their_own() -> None:
    get = {"operationId": "taken"}
    document = {"openapi": "3.1.0", "paths": {f"/{n}": {"get": get} for n in "abc"}}
    names = [each.name for each in compiled(document).operations]
    assert names == ["taken_2", "taken_3", "taken_4"]


def test_methods_of_3_2_are_operations_too() -> None:
    item = {"query": {"operationId": "find"}, "additionalOperations": {"COPY": {}}}
    found = compiled({"openapi": "3.2.0", "paths": {"/a": item}}).operations
    assert [(each.method, each.facts.effect) for each in found] == [
        ("QUERY", "read"),
        ("COPY", "write"),
    ]


def test_yaml_is_read_as_json_would_have_it() -> None:
    text = """
openapi: 3.1.0
paths:
  /a:
    get:
      parameters:
        - {name: country, in: query, schema: {enum: [no, on, 2020-01-01, 1.5, null, true, 010]}}
      responses: {200: {$ref: '#/components/responses/r'}}
components: {responses: {r: {content: {application/json: {schema: {type: array}}}}}}
"""
    operation = only(text)
    enum = operation.input_schema["properties"]["country"]["enum"]
    assert enum == ["no", "on", "2020-01-01", 1.5, None, True, "010"]
    assert operation.output_schema == {"type": "array"}


# Faults


@pytest.mark.parametrize(
    ("operation", "pointer", "reason"),
    [
        ({"parameters": 5}, "/parameters", "there is no list here"),
        ({"parameters": [5]}, "/parameters/0", "there is no object here"),
        ({"parameters": [{"in": "query"}]}, "/parameters/0", "a parameter needs a name"),
        (query({"type": "file"}), "/parameters/0/schema/type", "'file' is no type"),
        (query([]), "/parameters/0/schema", "there is no schema here"),
        (query({"anyOf": {}}), "/parameters/0/schema/anyOf", "there is no list here"),
        (query({}, style="matrix"), "/parameters/0/style", "'matrix' is not supported"),
        (query({"minLength": "x"}), "", "its arguments: .*'x' is not of type 'integer'"),
        (query({"$ref": "#/none"}), "/parameters/0/schema", "'#/none' leads nowhere"),
        (query({"$ref": "b.yaml#/X"}), "/parameters/0/schema", "leads out of the document"),
        (query({"$ref": "#/components/schemas/L"}), "/parameters/0/schema", "in a circle"),
        ({"requestBody": []}, "/requestBody", "there is no object here"),
        (
            body({"properties": {"a": {"$ref": "#/none"}}}),
            "/requestBody/content/application~1json/schema/properties/a",
            "leads nowhere",
        ),
        ({"tags": 3}, "/tags", "there is no list here"),
        ({"servers": [{"url": "https://{host}"}]}, "/servers/0/url", "without a default"),
    ],
)
def test_a_fault_leaves_one_operation_out_and_has_its_place(
    operation: dict[str, Any], pointer: str, reason: str
) -> None:
    document = described(
        operation, components={"schemas": {"L": {"$ref": "#/components/schemas/L"}}}
    )
    document["paths"]["/good"] = {"get": {"operationId": "good"}}
    found = compiled(document)
    assert [each.name for each in found.operations] == ["good"]
    (fault,) = found.left_out
    assert fault.pointer == f"/paths/~1a/get{pointer}"
    with pytest.raises(type(fault), match=reason):
        raise fault


def test_a_result_that_cannot_be_described_does_not_cost_the_operation() -> None:
    found = compiled(described(answer({"$ref": "#/none"})))
    assert found.operations[0].output_schema == {}
    (fault,) = found.undescribed
    assert fault.pointer.endswith("/responses/200/content/application~1json/schema")


def test_small_files_that_make_endless_schemas_are_refused() -> None:
    bomb = "\n".join(f"  a{n}: &a{n} {{allOf: [*a{n - 1}, *a{n - 1}]}}" for n in range(1, 40))
    text = f"""
openapi: 3.1.0
x-bomb:
  a0: &a0 {{type: string}}
{bomb}
paths:
  /a: {{get: {{parameters: [{{name: q, in: query, schema: *a39}}]}}}}
  /b: {{get: {{parameters: [{{name: q, in: query, schema: &self {{items: *self}}}}]}}}}
"""
    found = compiled(text)
    assert found.operations == []
    assert "too large" in found.left_out[0].reason
    assert "nested too deep" in found.left_out[1].reason


@pytest.mark.parametrize(
    "data",
    [
        b'{"openapi": "3.1.0", "x": ' + b"[" * 300_000 + b"]" * 300_000 + b"}",
        b"openapi: 3.1.0\nx: " + b"[" * 300_000 + b"]" * 300_000,
        b"openapi: 3.1.0\nx:\n  " + b"- " * 300_000 + b"x",
    ],
)
def test_nesting_without_end_is_told_and_not_the_end_of_the_process(data: bytes) -> None:
    with pytest.raises(NeedsAttention, match=r"api\.json cannot be read"):
        read_description(data, "api.json")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\n<!doctype html><title>API</title>", "is a page, not a description"),
        (b'{"swagger": "2.0"}', "but Swagger 2.0"),
        (b"openapi: 4.0.0", "but openapi: '4.0.0'"),
        (b"[]", "is no object"),
    ],
)
def test_what_is_no_description_of_ours_is_named(data: bytes, told: str) -> None:
    with pytest.raises(NeedsAttention, match=told):
        read_description(data, "api.json")


def test_patterns_that_match_nothing_are_known() -> None:
    found = compiled(described({"tags": ["x"]}), include=["tag:x", "tag:y"], exclude=["b*"])
    assert found.unused == {"tag:y", "b*"}


def test_paging_over_an_argument_that_is_not_there_is_told() -> None:
    overlay = {"paging": {"kind": "page", "argument": "pge"}}
    found = compiled(described(query({}, "page")), operations={"GET /a": overlay})
    assert found.left_out[0].reason == "paging: it takes no argument 'pge'; there are: page"


def test_no_damage_to_a_description_is_more_than_a_fault() -> None:
    """Any value at any place of it, taken at random, but always the same ones."""
    pet = {"type": "object", "required": ["n"], "properties": {"n": {"type": "string"}}}
    post = {**query({"enum": [1]}, explode=False), **body(pet), **answer({"items": pet})}
    sound = described(
        {**post, "tags": ["t"], "servers": [{"url": "https://{v}", "variables": {"v": {}}}]},
        "post",
        components={"schemas": {"P": pet}},
        info={"title": "t"},
    )
    places = list(_places(sound))
    choose = random.Random(7)
    for place in places * 4:
        document = deepcopy(sound)
        owner = document
        for key in place[:-1]:
            owner = owner[key]
        owner[place[-1]] = choose.choice([None, 5, "x", [], {}, [5], {"a": 5}, True, {"$ref": 1}])
        try:
            found = compiled(document)
        except NeedsAttention:
            assert place[0] in ("openapi", "paths", "components", "info")
            continue
        for operation in found.operations:
            Draft202012Validator.check_schema(operation.input_schema)


def _places(value: Any, here: tuple[Any, ...] = ()) -> Any:
    if here:
        yield here
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _places(inner, (*here, key))
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _places(inner, (*here, index))
