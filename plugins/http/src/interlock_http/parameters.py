"""Arguments that are sent outside of the body, written in the styles of OpenAPI 3.0 to 3.2.

Source: "Style Values" and "Style Examples" of the OpenAPI Specification, and RFC 6570, by which
values are encoded and what stands between them is not.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import orjson

from interlock.sdk import InvalidInput
from interlock_http.path_styles import PathStyle, expanded

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
        reserved: characters that mean something in a URL stay as they are, as far as they can.
        raw: of a cookie: nothing is encoded.
        path_style: of one in the path.
    """

    name: str
    argument: str
    location: Location
    explode: bool = True
    separator: str = ","
    deep: bool = False
    json: bool = False
    reserved: bool = False
    raw: bool = False
    path_style: PathStyle = "simple"


_RESERVED = ":/?[]@!$'()*,;="  # but #, & and +, which would end a value or change it
_Encode = Callable[[str], str]


def in_path(parameter: Parameter, value: Any) -> str:
    """One or more segments' worth of a path.

    Raises:
        InvalidInput: nothing would be there, or dots that lead elsewhere.
    """
    style, explode = parameter.path_style, parameter.explode
    plain = orjson.dumps(value).decode() if parameter.json else value
    text = expanded(parameter.name, plain, style, explode=explode, text_of=text_of)
    if text in ("", ".", ".."):
        message = f"{parameter.argument}: {text!r} cannot stand in a path"
        raise InvalidInput(message, path=f"$.{parameter.argument}")
    return text


def in_query(parameter: Parameter, value: Any) -> list[str]:
    """``name=value``, encoded, as often as the style has it."""
    safe = _RESERVED if parameter.reserved else ""

    def encode(text: str) -> str:
        return quote(text, safe=safe)

    return ["=".join(pair) for pair in pairs(parameter, value, encode)]


def in_header(parameter: Parameter, value: Any) -> str:
    """Raises InvalidInput: it would break the header."""
    text = json.dumps(value) if parameter.json else _joined(parameter, value, _plain)
    if not _is_header(text):
        message = (
            f"{parameter.argument}: a header is ASCII without line breaks and control characters"
        )
        raise _not_a_header(parameter, message)
    return text


def _is_header(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _not_a_header(parameter: Parameter, message: str) -> InvalidInput:
    hint = "write what is not ASCII as the API reads it, percent-encoded for example"
    return InvalidInput(message, hint=hint, path=f"$.{parameter.argument}")


def in_cookie(parameter: Parameter, value: Any) -> list[str]:
    """``name=value`` of each cookie.

    Raises:
        InvalidInput: it would be another cookie, of a style in which nothing is encoded.
    """
    if not parameter.raw:
        return ["=".join(pair) for pair in pairs(parameter, value, quote)]
    found = ["=".join(pair) for pair in pairs(parameter, value, _plain)]
    if any(";" in each or not _is_header(each) for each in found):
        message = f"{parameter.argument}: a cookie is ASCII without ; and control characters"
        raise _not_a_header(parameter, message)
    return found


def in_part(parameter: Parameter, value: Any) -> list[tuple[str, str]]:
    """Names and texts, not encoded: of the parts of a multipart body."""
    return pairs(parameter, value, _plain)


def pairs(parameter: Parameter, value: Any, encode: _Encode) -> list[tuple[str, str]]:
    """Styles ``form``, ``spaceDelimited``, ``pipeDelimited`` and ``deepObject``."""
    name = encode(parameter.name)
    if parameter.deep:
        return [(encode(key), encode(text)) for key, text in _deep(parameter.name, value)]
    if parameter.explode and not parameter.json:
        if isinstance(value, dict):
            return [(encode(key), encode(text_of(inner))) for key, inner in value.items()]
        if isinstance(value, list):
            return [(name, encode(text_of(inner))) for inner in value]
    return [(name, _joined(parameter, value, encode))]


def _deep(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """As Rails, PHP and qs read them; OpenAPI says nothing of what is within the first level."""
    if not isinstance(value, dict | list):
        yield name, text_of(value)
        return
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _deep(f"{name}[{key}]", inner)


def _joined(parameter: Parameter, value: Any, encode: _Encode) -> str:
    """A value as one text; an object is ``key,value,key,value``, or exploded ``key=value,…``."""
    if parameter.json:
        return encode(orjson.dumps(value).decode())
    separator = parameter.separator
    if encode is not _plain and separator != ",":
        separator = quote(separator)
    if isinstance(value, dict):
        each = [(encode(key), encode(text_of(inner))) for key, inner in value.items()]
        if parameter.explode:
            return separator.join(map("=".join, each))
        return separator.join(part for pair in each for part in pair)
    if isinstance(value, list):
        return separator.join(encode(text_of(inner)) for inner in value)
    return encode(text_of(value))


def _plain(text: str) -> str:
    return text


def text_of(value: Any) -> str:
    """A text as it is, anything else as JSON."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()
