"""Bodies of requests: JSON, forms, parts, files, and texts of any other type.

Source: "Encoding Object" of the OpenAPI Specification.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

import orjson

from interlock.sdk import InvalidInput
from interlock_http.parameters import Parameter, in_part, in_query, text_of
from interlock_http.uploads import Upload

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_BYTES = "application/octet-stream"

Part = tuple[None, str] | tuple[None, str, str] | tuple[str, bytes, str]
"""Of a multipart body, as httpx takes it: file name, content and type, if it has them."""


@dataclass(frozen=True, slots=True)
class Body:
    """How arguments of a tool become the body of a request.

    Attributes:
        fields: names of its fields, and of the arguments that are these; empty if ``argument`` is
            all of it.
        required: it is sent even if it is empty.
        files: arguments that stand for files, loaded before the request is made.
        styles: of a form's fields, where they are told; else a list is its field several times,
            and an object is JSON.
        types: media types of a multipart form's parts, where they are told.
    """

    argument: str = "body"
    fields: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    media_type: str = "application/json"
    files: frozenset[str] = frozenset()
    styles: Mapping[str, Parameter] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    """A body that is sent as it is."""

    content: bytes
    media_type: str


def is_json(media_type: str) -> bool:
    return "json" in media_type


def is_structured(media_type: str) -> bool:
    """Whether a body of this type, or of one out of this range, is made of JSON."""
    return is_json(media_type) or plain(media_type) in (FORM, MULTIPART, "*/*", "application/*")


def plain(media_type: str) -> str:
    """Without its parameters, in lower case."""
    return media_type.partition(";")[0].strip().lower()


def content_of(body: Body, arguments: Mapping[str, Any]) -> Content | list[tuple[str, Part]] | None:
    """What is sent, or its parts; None if there is nothing to send.

    Raises:
        InvalidInput: the body has to be a text, and is none.
    """
    if body.fields:
        given = {name: each for name, each in body.fields.items() if each in arguments}
        content: Any = {name: arguments[each] for name, each in given.items()}
        if not content and not body.required:
            return None
    elif body.argument in arguments:
        content = arguments[body.argument]
    else:
        return None
    media_type = _one_type(body.media_type, content)
    match plain(media_type):
        case "application/x-www-form-urlencoded" if isinstance(content, dict):
            return Content("&".join(_encoded(body, content)).encode(), media_type)
        case "multipart/form-data" if isinstance(content, dict):
            return list(_parts(body, content))
        case bare if is_json(bare):
            return Content(orjson.dumps(content), media_type)
    return Content(_bytes_of(body, content), media_type)


def _one_type(media_type: str, content: Any) -> str:
    """A media type out of a range of them, such as ``*/*``."""
    if "*" not in media_type:
        return media_type
    if isinstance(content, Upload):
        return content.media_type or _BYTES
    return "text/plain" if isinstance(content, str) else "application/json"


def _bytes_of(body: Body, content: Any) -> bytes:
    if isinstance(content, Upload):
        return content.content
    if isinstance(content, dict | list):
        reason = f"{body.media_type} cannot be made of JSON; write the text that is to be sent"
        raise InvalidInput(f"{body.argument}: {reason}", path=f"$.{body.argument}")
    return text_of(content).encode()


def _encoded(body: Body, content: Mapping[str, Any]) -> Iterator[str]:
    for name, value in content.items():
        if style := body.styles.get(name):
            yield from in_query(style, value)
        else:
            texts = map(text_of, _listed(value))
            yield from (f"{quote_plus(name)}={quote_plus(text)}" for text in texts)


def _parts(body: Body, content: Mapping[str, Any]) -> Iterator[tuple[str, Part]]:
    for name, value in content.items():
        told = body.types.get(name, "")
        if body.fields.get(name) in body.files:
            for file in _listed(value):
                yield name, (file.name, file.content, file.media_type or told or _BYTES)
        elif style := body.styles.get(name):
            yield from ((name, (None, text)) for name, text in in_part(style, value))
        else:
            yield from ((name, _part(each, told)) for each in _listed(value))


def _part(value: Any, told: str) -> Part:
    media_type = told or ("application/json" if isinstance(value, dict | list) else "")
    return (None, text_of(value), media_type) if media_type else (None, text_of(value))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
