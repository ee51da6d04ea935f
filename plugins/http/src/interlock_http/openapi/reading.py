"""Reads a description from JSON or YAML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson
import yaml

from interlock.sdk import NeedsAttention
from interlock_http.openapi.description import Description

_DEEPEST = 200
_VERSIONS = ("3.0", "3.1", "3.2")


def read_description(data: bytes, source: str) -> Description:
    """A document in JSON or YAML.

    Raises:
        NeedsAttention: it is no description of these versions.
    """
    document = _parsed(data, source)
    version = str(document.get("openapi", ""))
    if not version.startswith(_VERSIONS):
        kind = "Swagger 2.0" if "swagger" in document else f"openapi: {version!r}"
        converted = "convert it to OpenAPI 3, for example by the program swagger2openapi"
        hint = converted if "swagger" in document else ""
        raise NeedsAttention(
            f"{source} is no description in OpenAPI 3.0 to 3.2, but {kind}", hint=hint
        )
    for key in ("info", "paths", "components"):
        if not isinstance(document.get(key, {}), Mapping):
            raise NeedsAttention(f"{source}#/{key} is no object")
    return Description(document)


def _parsed(data: bytes, source: str) -> Mapping[str, Any]:
    if data.lstrip()[:1] == b"<":
        raise NeedsAttention(
            f"{source} is a page, not a description", hint="give the address of its JSON or YAML"
        )
    try:
        if data.lstrip()[:1] == b"{":
            document = orjson.loads(data)
        else:
            _refuse_deep(data, source)
            document = yaml.load(data, Loader=_Loader)  # noqa: S506 - a safe loader
    except (orjson.JSONDecodeError, yaml.YAMLError, ValueError) as error:
        raise NeedsAttention(f"{source} cannot be read: {error}") from None
    if not isinstance(document, Mapping):
        raise NeedsAttention(f"{source} is no object")
    return document


def _refuse_deep(data: bytes, source: str) -> None:
    """Before it is loaded: where C's stack ends, libyaml's loader ends the process.

    Raises:
        NeedsAttention: it is nested deeper than any description.
    """
    depth = 0
    for event in yaml.parse(data, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise NeedsAttention(f"{source} cannot be read: it is nested too deep")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc] # either will do
    """Reads what JSON has, as YAML 1.2 does: no dates, and ``no`` is a word, not false.

    Keys are texts, as in JSON, also those that are numbers in YAML, such as a status. Integers of
    more than 64 bits are taken as orjson takes them.
    """

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[str, Any]:
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return {_key(key): value for key, value in found.items()}

    def construct_integer(self, node: Any) -> int | float:
        value: int = self.construct_yaml_int(node)
        return value if -(2**63) <= value < 2**64 else float(value)


def _key(key: Any) -> str:
    return key if isinstance(key, str) else orjson.dumps(key).decode()


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_integer)
_NUMBER = r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?(0|[1-9][0-9]*)", list("-+0123456789")),
    ("float", _NUMBER, list("-+.0123456789")),
    ("merge", r"<<", ["<"]),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first
    )
