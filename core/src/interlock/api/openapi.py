"""The OpenAPI 3.1 description, made from the declarations of the endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from interlock import __version__
from interlock.api.answers import ProblemShape
from interlock.api.endpoint import JSON, Endpoint
from interlock.api.idempotency import HEADER

_REFERENCE = "#/components/schemas/{model}"
_ERRORS = {
    400: "the service refused it",
    401: "no token, or not a valid one",
    403: "not within the caller's role or scopes",
    404: "there is no such thing",
    406: "the answer is of another type",
    408: "the request took too long to arrive",
    409: "it stands against that",
    413: "the body is too large",
    415: "the body is of another type",
    421: "the Host header names somebody else",
    422: "the request does not fit its schema",
    429: "slower, please; see Retry-After",
    500: "our fault; the daemon's log has more",
    502: "the service failed, or somebody has to act",
    503: "Interlock declined for now",
    504: "no time was left",
    507: "there is no room to record it",
}
_PARAMETER = re.compile(r"\{(\w+)(?::path)?\}")

Models = Mapping[Any, dict[str, Any]]


def describe(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """The whole document."""
    endpoints = list(endpoints)
    models, schemas = models_json_schema(sorted(_used(endpoints), key=str), ref_template=_REFERENCE)
    paths: dict[str, Any] = {}
    for endpoint in endpoints:
        path = _PARAMETER.sub(r"{\1}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint, models)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Interlock", "version": __version__},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas.get("$defs", {}),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _used(endpoints: Iterable[Endpoint]) -> set[tuple[type[BaseModel], JsonSchemaMode]]:
    used: set[tuple[type[BaseModel], JsonSchemaMode]] = {(ProblemShape, "validation")}
    for endpoint in endpoints:
        if endpoint.body is not None:
            used.add((endpoint.body, "validation"))
        if endpoint.answer is not None:
            used.add((endpoint.answer, "validation"))
    return used


def _operation(endpoint: Endpoint, models: Models) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "parameters": [*_path_parameters(endpoint), *_query(endpoint), *_headers(endpoint)],
        "responses": _responses(endpoint, models),
        "x-role": endpoint.role,
    }
    if endpoint.role is None:
        operation["security"] = []
    if endpoint.body is not None:
        required = bool(endpoint.body.model_json_schema().get("required"))
        content = {JSON: {"schema": models[(endpoint.body, "validation")]}}
        operation["requestBody"] = {"content": content, "required": required}
    return operation


def _path_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PARAMETER.findall(endpoint.path)
    ]


def _query(endpoint: Endpoint) -> list[dict[str, Any]]:
    schema = endpoint.query.model_json_schema()
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": _without_null(shape),
        }
        for name, shape in schema.get("properties", {}).items()
    ]


def _without_null(shape: dict[str, Any]) -> dict[str, Any]:
    """A query string has no null; a parameter that may be one is left out instead."""
    kinds = [each for each in shape.get("anyOf", ()) if each != {"type": "null"}]
    rest = {key: value for key, value in shape.items() if key not in ("anyOf", "default", "title")}
    return {**rest, **kinds[0]} if len(kinds) == 1 else rest


def _headers(endpoint: Endpoint) -> list[dict[str, Any]]:
    if not endpoint.acts:
        return []
    schema = {"type": "string", "pattern": "^[!-~]{1,200}$"}
    text = "a request with the same key and body is answered, and not done, a second time"
    return [{"name": HEADER, "in": "header", "schema": schema, "description": text}]


def _responses(endpoint: Endpoint, models: Models) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    if endpoint.answer is not None:
        schema = models[(endpoint.answer, "validation")]
    content = {media: {"schema": {"type": "string"}} for media in endpoint.also}
    content[endpoint.media] = {"schema": schema}
    good: dict[str, Any] = {"description": "done", "content": content}
    if endpoint.headers:
        good["headers"] = {
            name: {"description": text, "schema": {"type": "string"}}
            for name, text in endpoint.headers.items()
        }
    problem = {"schema": models[(ProblemShape, "validation")]}
    bad = {
        str(status): {"description": text, "content": {"application/problem+json": problem}}
        for status, text in _ERRORS.items()
        if status not in endpoint.statuses
    }
    return {**{str(status): good for status in endpoint.statuses}, **bad}
