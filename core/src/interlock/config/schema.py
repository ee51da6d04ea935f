"""A JSON Schema of the configuration file, for editors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.config.model import Config, ServiceConfig
from interlock.sdk.service import Settings

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE: dict[str, Any] = {
    "description": "a value from the environment or from a file",
    "type": "object",
    "properties": {"env": {"type": "string"}, "default": {}, "file": {"type": "string"}},
    "oneOf": [{"required": ["env"]}, {"required": ["file"]}],
    "additionalProperties": False,
}
_SCALARS = frozenset({"string", "integer", "number", "boolean"})


def json_schema(service_types: Mapping[str, type[Settings]]) -> dict[str, Any]:
    """The schema, with the settings of each service type.

    An entry's type is its ``plugin``, or else its name; what its settings may be follows.
    """
    schema = Config.model_json_schema(by_alias=True)
    definitions: dict[str, Any] = schema["$defs"]
    for name, settings in service_types.items():
        own = settings.model_json_schema(ref_template=f"#/$defs/{name}.{{model}}")
        definitions |= {f"{name}.{key}": each for key, each in own.pop("$defs", {}).items()}
        definitions[f"{name}.settings"] = own
    _refer_by_type(schema, definitions[ServiceConfig.__name__], sorted(service_types))
    _allow_references(schema)
    definitions["Reference"] = _REFERENCE
    return {"$schema": _DIALECT, "title": "Interlock configuration", **schema}


def _refer_by_type(schema: dict[str, Any], service: dict[str, Any], types: list[str]) -> None:
    service["properties"]["plugin"] = {
        "description": service["properties"]["plugin"]["description"],
        "enum": types,
    }
    service["properties"]["settings"] = {"type": "object"}
    service["allOf"] = [
        {
            "if": {"properties": {"plugin": {"const": name}}, "required": ["plugin"]},
            "then": _with_settings(name),
        }
        for name in types
    ]
    entry = {"$ref": f"#/$defs/{ServiceConfig.__name__}"}
    unnamed = {"not": {"required": ["plugin"]}}
    schema["properties"]["services"] |= {
        "additionalProperties": {**entry, "required": ["plugin"]},
        "properties": {
            name: {**entry, "if": unnamed, "then": _with_settings(name)} for name in types
        },
    }


def _with_settings(name: str) -> dict[str, Any]:
    return {"properties": {"settings": {"$ref": f"#/$defs/{name}.settings"}}}


def _allow_references(schema: Any) -> None:
    """Let a reference stand wherever a field takes a scalar."""
    if isinstance(schema, list):
        for each in schema:
            _allow_references(each)
    if not isinstance(schema, dict):
        return
    for key, value in schema.items():
        if key == "properties":
            schema[key] = {name: _or_reference(each) for name, each in value.items()}
        _allow_references(schema[key])


def _or_reference(schema: Any) -> Any:
    if not isinstance(schema, dict) or _SCALARS.isdisjoint(_kinds(schema)):
        return schema
    outside = {key: schema[key] for key in ("description", "default") if key in schema}
    inside = {key: value for key, value in schema.items() if key not in outside}
    return {**outside, "anyOf": [inside, {"$ref": "#/$defs/Reference"}]}


def _kinds(schema: Mapping[str, Any]) -> set[str]:
    """The types that a schema and its choices name."""
    kinds = schema.get("type", [])
    found = {kinds} if isinstance(kinds, str) else set(kinds)
    for choice in schema.get("anyOf", ()):
        found |= _kinds(choice)
    return found
