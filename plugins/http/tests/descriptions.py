"""Descriptions of one operation, and what becomes of them."""

from __future__ import annotations

from typing import Any

import orjson

from interlock_http.openapi.operations import Compiled, compile_operations
from interlock_http.openapi.reading import read_description
from interlock_http.openapi.settings import OpenApiSettings
from interlock_http.operation import Operation


def compiled(document: dict[str, Any] | str, **settings: Any) -> Compiled:
    data = document.encode() if isinstance(document, str) else orjson.dumps(document)
    wanted = OpenApiSettings.model_validate({"description": "api.json", **settings})
    return compile_operations(read_description(data, "api.json"), wanted, frozenset({"taken"}))


def described(operation: dict[str, Any], method: str = "get", **more: Any) -> dict[str, Any]:
    paths = {"/a": {method: {"operationId": "a", **operation}}}
    return {"openapi": "3.1.0", "paths": paths, **more}


def only(document: dict[str, Any] | str, **settings: Any) -> Operation:
    found = compiled(document, **settings)
    assert found.left_out == []
    (operation,) = found.operations
    return operation


def query(schema: Any, name: str = "q", **more: Any) -> dict[str, Any]:
    return {"parameters": [{"name": name, "in": "query", "schema": schema, **more}]}


def body(schema: Any, media_type: str = "application/json", **more: Any) -> dict[str, Any]:
    return {"requestBody": {"content": {media_type: {"schema": schema}}, **more}}


def answer(schema: Any) -> dict[str, Any]:
    return {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}
