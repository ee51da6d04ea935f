"""One operation of an API: from the arguments of a tool to a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock.sdk import Facts
from interlock_http.bodies import Body, Content, Part, content_of
from interlock_http.paging import Paging
from interlock_http.parameters import Parameter, in_cookie, in_header, in_path, in_query


@dataclass(frozen=True, slots=True)
class Operation:
    """A kind of request, and the tool that sends it.

    Attributes:
        path: below the API's base URL, with ``{placeholders}``.
        pick: JMESPath to the part of the answer that is the result.
        base_url: of this operation alone; "" for that of the API.
        fill_defaults: those of the schema are sent for what is not given.
        accept: media type of the answer that is wished for; "" for any.
    """

    name: str
    method: str
    path: str
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    description: str = ""
    input_schema: Mapping[str, Any] = field(default_factory=dict)
    output_schema: Mapping[str, Any] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)
    paging: Paging | None = None
    pick: str = ""
    base_url: str = ""
    fill_defaults: bool = True
    accept: str = ""


@dataclass(slots=True)
class Request:
    """What is sent; ``query`` is ``name=value``, encoded, in its order."""

    method: str
    path: str
    query: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None
    files: list[tuple[str, Part]] | None = None
    base_url: str = ""

    def options(self) -> dict[str, Any]:
        """Keyword arguments for httpx, but the URL's."""
        found = {
            "headers": self.headers or None,
            "content": self.content,
            "files": self.files,
        }
        return {name: value for name, value in found.items() if value is not None}


def request_of(operation: Operation, arguments: Mapping[str, Any]) -> Request:
    """The request that calls an operation.

    Raises:
        InvalidInput: a value cannot stand in a path or a header.
    """
    request = Request(operation.method, operation.path, base_url=operation.base_url)
    if operation.accept:
        # An error may be of another type.
        request.headers["Accept"] = f"{operation.accept}, */*;q=0.5"
    for parameter in operation.parameters:
        value = arguments.get(parameter.argument)
        if value is not None:
            _put(request, parameter, value)
    if operation.body is not None:
        _put_body(request, operation.body, arguments)
    return request


def _put(request: Request, parameter: Parameter, value: Any) -> None:
    match parameter.location:
        case "path":
            text = in_path(parameter, value)
            request.path = request.path.replace(f"{{{parameter.name}}}", text)
        case "query":
            request.query += in_query(parameter, value)
        case "header":
            request.headers[parameter.name] = in_header(parameter, value)
        case "cookie":
            if found := in_cookie(parameter, value):
                before = request.headers.get("Cookie")
                request.headers["Cookie"] = "; ".join([before, *found] if before else found)


def _put_body(request: Request, body: Body, arguments: Mapping[str, Any]) -> None:
    sent = content_of(body, arguments)
    if sent is None:
        return
    if isinstance(sent, Content):
        request.content = sent.content
        request.headers["Content-Type"] = sent.media_type
    else:
        request.files = sent


def facts_of(method: str, *, keyed: bool = False) -> Facts:
    """What a method promises (RFC 9110 9.2): PUT takes the place of what was there.

    Args:
        keyed: the API takes an idempotency key.
    """
    if method in ("GET", "HEAD", "OPTIONS", "TRACE", "QUERY"):
        return Facts(effect="read", idempotent=True)
    return Facts(
        effect="write",
        idempotent=keyed or method in ("PUT", "DELETE"),
        destructive=method in ("PUT", "DELETE"),
    )
