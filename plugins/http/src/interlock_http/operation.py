"""One operation of an API: from the arguments of a tool to a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

import orjson

from interlock.sdk import Facts, InvalidInput
from interlock_http.paging import Paging
from interlock_http.path_styles import PathStyle, expanded
from interlock_http.uploads import Upload

Location = Literal["path", "query", "header", "cookie"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument of a tool that is sent outside of the body.

    Attributes:
        name: in the request.
        argument: of the tool.
        explode: a list is several parameters of one name, not one.
        separator: between the parts of a list or object that is one parameter.
        deep: an object is ``name[key]=value``, to any depth; a list ``name[0]=value``.
        json: its value is written as JSON.
        path_style: of one in the path.
    """

    name: str
    argument: str
    location: Location
    explode: bool = True
    separator: str = ","
    deep: bool = False
    json: bool = False
    path_style: PathStyle = "simple"


Part = tuple[None, str] | tuple[str, bytes, str]
"""Of a multipart body, as httpx takes it: a text, or name, content and type of a file."""


@dataclass(frozen=True, slots=True)
class Body:
    """How arguments of a tool become the body of a request.

    Attributes:
        fields: arguments that are its fields, by name; empty if ``argument`` is all of it.
        required: it is sent even if it is empty.
        files: arguments that stand for files, loaded before the request is made.
        styles: of a form's fields, where they are told; else a list is its field several times,
            and an object is JSON.
    """

    argument: str = "body"
    fields: tuple[str, ...] = ()
    required: bool = False
    media_type: str = "application/json"
    files: frozenset[str] = frozenset()
    styles: Mapping[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """A kind of request, and the tool that sends it.

    Attributes:
        path: below the API's base URL, with ``{placeholders}``.
        pick: JMESPath to the part of the answer that is the result.
        base_url: of this operation alone; "" for that of the API.
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


@dataclass(slots=True)
class Request:
    """What is sent; ``query`` may have one name several times."""

    method: str
    path: str
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None
    form: dict[str, list[str]] | None = None
    files: list[tuple[str, Part]] | None = None
    base_url: str = ""

    def options(self) -> dict[str, Any]:
        """Keyword arguments for httpx."""
        found = {
            "params": self.query or None,
            "headers": self.headers or None,
            "content": self.content,
            "data": self.form,
            "files": self.files,
        }
        return {name: value for name, value in found.items() if value is not None}


def request_of(operation: Operation, arguments: Mapping[str, Any]) -> Request:
    """The request that calls an operation.

    Raises:
        InvalidInput: a value cannot stand in a path or a header.
    """
    request = Request(operation.method, operation.path, base_url=operation.base_url)
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
            text = _segment(parameter, value)
            request.path = request.path.replace(f"{{{parameter.name}}}", text)
        case "query":
            request.query += _pairs(parameter, value)
        case "header":
            request.headers[parameter.name] = _header(parameter, value)
        case "cookie":
            pair = f"{parameter.name}={quote(_joined(parameter, value))}"
            before = request.headers.get("Cookie")
            request.headers["Cookie"] = f"{before}; {pair}" if before else pair


def _segment(parameter: Parameter, value: Any) -> str:
    style, explode = parameter.path_style, parameter.explode
    plain = orjson.dumps(value).decode() if parameter.json else value
    text = expanded(parameter.name, plain, style, explode=explode, text_of=_text)
    if text in ("", ".", ".."):
        message = f"{parameter.argument}: {text!r} cannot stand in a path"
        raise InvalidInput(message, path=f"$.{parameter.argument}")
    return text


def _header(parameter: Parameter, value: Any) -> str:
    text = _joined(parameter, value)
    if not text.isprintable():
        message = f"{parameter.argument}: a header has no line breaks or control characters"
        raise InvalidInput(message, path=f"$.{parameter.argument}")
    return text


def _pairs(parameter: Parameter, value: Any) -> list[tuple[str, str]]:
    """Styles ``form``, ``spaceDelimited``, ``pipeDelimited`` and ``deepObject`` of OpenAPI."""
    name = parameter.name
    if parameter.deep:
        return list(_deep_pairs(name, value))
    if parameter.explode and not parameter.json:
        if isinstance(value, dict):
            return [(key, _text(inner)) for key, inner in value.items()]
        if isinstance(value, list):
            return [(name, _text(inner)) for inner in value]
    return [(name, _joined(parameter, value))]


def _deep_pairs(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """As Rails, PHP and qs read them; OpenAPI says nothing of what is within the first level."""
    if not isinstance(value, dict | list):
        yield name, _text(value)
        return
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _deep_pairs(f"{name}[{key}]", inner)


def _joined(parameter: Parameter, value: Any) -> str:
    """A value as one text; an object is ``key,value,key,value``, or exploded ``key=value,…``."""
    if parameter.json:
        return orjson.dumps(value).decode()
    if isinstance(value, dict) and parameter.explode:
        value = [f"{key}={_text(inner)}" for key, inner in value.items()]
    elif isinstance(value, dict):
        value = [part for pair in value.items() for part in pair]
    if isinstance(value, list):
        return parameter.separator.join(map(_text, value))
    return _text(value)


def _put_body(request: Request, body: Body, arguments: Mapping[str, Any]) -> None:
    if body.fields:
        content: Any = {name: arguments[name] for name in body.fields if name in arguments}
        if not content and not body.required:
            return
    elif body.argument in arguments:
        content = arguments[body.argument]
    else:
        return
    match body.media_type:
        case "application/x-www-form-urlencoded" if isinstance(content, dict):
            request.form = {}
            for name, text in _form(body, content):
                request.form.setdefault(name, []).append(text)
        case "multipart/form-data" if isinstance(content, dict):
            request.files = list(_parts(body, content))
        case media_type if "json" in media_type:
            request.content = orjson.dumps(content)
            request.headers["Content-Type"] = media_type
        case media_type:
            raw = content.content if isinstance(content, Upload) else _text(content).encode()
            request.content = raw
            request.headers["Content-Type"] = media_type


def _parts(body: Body, content: Mapping[str, Any]) -> Iterator[tuple[str, Part]]:
    for name in content.keys() & body.files:
        for file in _listed(content[name]):
            yield name, (file.name, file.content, file.media_type)
    texts = {name: value for name, value in content.items() if name not in body.files}
    yield from ((name, (None, text)) for name, text in _form(body, texts))


def _form(body: Body, content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in content.items():
        if style := body.styles.get(name):
            yield from _pairs(style, value)
        else:
            yield from ((name, _text(each)) for each in _listed(value))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return orjson.dumps(value).decode()


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
