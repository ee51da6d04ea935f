"""JSON out of a model's answer, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson
from jsonschema import Draft202012Validator, SchemaError
from referencing import Registry

from interlock.sdk import InvalidInput
from interlock_ai.references import fault_of

_FENCE = re.compile(r"```\w*\n(.*?)\n?```", re.DOTALL)
_SHOWN = 5


# Without a way to fetch: a schema is never looked for on the network.
_NOTHING_ELSE: Registry[Any] = Registry()


def check_schema(schema: Mapping[str, Any]) -> None:
    """InvalidInput unless this is a JSON Schema of an object, complete in itself.

    Every provider takes objects, and an answer can be held against such a schema once it is paid.
    """
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise InvalidInput(f"schema: {error.message}", path="$.schema") from None
    if schema.get("type") != "object":
        raise InvalidInput("schema: the answer must be an object", path="$.schema.type")
    if found := fault_of(schema):
        path, fault = found
        raise InvalidInput(f"schema: {path}: {fault}", path=f"$.schema{path[1:]}")


def parsed(text: str, schema: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """The JSON value in an answer, and its faults; a value with faults is not to be used."""
    for candidate in _candidates(text):
        try:
            value = orjson.loads(candidate)
        except orjson.JSONDecodeError:
            continue
        errors = Draft202012Validator(schema, registry=_NOTHING_ELSE).iter_errors(value)
        faults = [f"{error.json_path}: {error.message[:300]}" for error in errors]
        return value, faults[:_SHOWN]
    return None, ["the answer is not JSON"]


def words_for(schema: Mapping[str, Any]) -> str:
    """What a model is told of the schema where its API takes none."""
    return (
        "Answer with one JSON object and nothing else. It must fit this JSON Schema:\n"
        f"{orjson.dumps(schema).decode()}"
    )


def repair_request(faults: list[str]) -> str:
    """What the model is told about its first answer."""
    listed = "\n".join(f"- {fault}" for fault in faults)
    return (
        "Your answer does not fit the JSON Schema:\n"
        f"{listed}\n"
        "Answer again with the corrected JSON object alone."
    )


def _candidates(text: str) -> list[str]:
    """Where the JSON may be: the whole answer, fenced code, or the outermost braces."""
    inner = text[text.find("{") : text.rfind("}") + 1]
    return [text, *_FENCE.findall(text), inner]
