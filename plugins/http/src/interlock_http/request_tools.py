"""Tools for any path of an API, where the operator allows that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args
from urllib.parse import unquote

from interlock.sdk import InvalidInput, ToolSpec, declared_tool
from interlock_http.bodies import Body
from interlock_http.caller import Caller
from interlock_http.operation import Operation, facts_of
from interlock_http.parameters import Parameter
from interlock_http.settings import Method

_READ: dict[str, Any] = {
    "type": "object",
    "properties": {
        "path": {"type": "string", "description": "path below the base URL, such as /orders/7"},
        "query": {"type": "object", "description": "parameters of the query by name"},
    },
    "required": ["path"],
    "additionalProperties": False,
}
_SEND: dict[str, Any] = {
    **_READ,
    "properties": {
        "method": {"enum": list(get_args(Method)), "description": "HTTP method"},
        **_READ["properties"],
        "body": {"description": "body of the request, sent as JSON"},
    },
    "required": ["method", "path"],
}


def request_tools(caller: Caller) -> dict[str, ToolSpec]:
    """``get`` and ``request``."""

    async def get(arguments: Mapping[str, Any]) -> Any:
        return await caller.call(_operation("GET", arguments), arguments.get("query", {}))

    async def request(arguments: Mapping[str, Any]) -> Any:
        operation = _operation(arguments["method"], arguments)
        body = {"": arguments["body"]} if "body" in arguments else {}
        return await caller.call(operation, {**arguments.get("query", {}), **body})

    specs = (
        declared_tool(
            "get",
            get,
            description="Read from any path of the API.",
            input_schema=_READ,
            facts=facts_of("GET"),
        ),
        declared_tool(
            "request",
            request,
            description="Send any request to the API.",
            input_schema=_SEND,
            facts=facts_of("POST"),
        ),
    )
    return {spec.name: spec for spec in specs}


def _operation(method: str, arguments: Mapping[str, Any]) -> Operation:
    path = arguments["path"]
    # Also as a server reads it: some decode before they look for dots.
    plain = unquote(path).replace("\\", "/")
    if not path.startswith("/") or plain.startswith("//") or ".." in plain.split("/"):
        raise InvalidInput(f"{path!r} is no path below the base URL", path="$.path")
    parameters = tuple(Parameter(name, name, "query") for name in arguments.get("query", {}))
    # The body's argument has a name that no parameter of a query has.
    return Operation("request", method, path, parameters, Body(""), facts=facts_of(method))
