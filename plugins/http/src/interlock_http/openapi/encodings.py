"""How the parts of a body are written, as the description tells it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock_http.bodies import is_json
from interlock_http.openapi.description import mapping
from interlock_http.parameters import Parameter

SEPARATORS = {
    "form": ",",
    "simple": ",",
    "deepObject": ",",
    "cookie": ",",
    "spaceDelimited": " ",
    "pipeDelimited": "|",
}
"""Styles, and what stands between the parts of a value that is one parameter."""


def is_text(media_type: str) -> bool:
    """What is never a file, whatever its schema says."""
    return is_json(media_type) or media_type.startswith(("text/", "multipart/"))


def text_schema(media_type: str) -> dict[str, str]:
    """For what cannot be made of JSON, such as XML."""
    return {"type": "string", "description": f"text of the type {media_type}"}


def styles_of(media: Mapping[str, Any], pointer: str) -> dict[str, Parameter]:
    """How the fields of a form are written, where the description says it."""
    encodings = mapping(media, "encoding", pointer)
    return {
        name: _styled(name, encoding)
        for name, encoding in encodings.items()
        if isinstance(encoding, Mapping) and encoding.keys() & {"style", "explode", "allowReserved"}
    }


def types_of(media: Mapping[str, Any], pointer: str) -> dict[str, str]:
    """Media types of parts, as far as the description names one of them and no choice."""
    encodings = mapping(media, "encoding", pointer)
    told = {
        name: each.get("contentType")
        for name, each in encodings.items()
        if isinstance(each, Mapping)
    }
    return {
        name: media_type
        for name, media_type in told.items()
        if isinstance(media_type, str) and not set("*,") & set(media_type)
    }


def _styled(name: str, encoding: Mapping[str, Any]) -> Parameter:
    style = encoding.get("style") or "form"
    explode = bool(encoding.get("explode", style == "form"))
    separator = SEPARATORS.get(style, ",")
    return Parameter(
        name,
        name,
        "query",
        explode,
        separator,
        deep=style == "deepObject",
        reserved=encoding.get("allowReserved") is True,
    )
