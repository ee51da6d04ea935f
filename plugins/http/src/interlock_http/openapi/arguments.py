"""What an operation takes: its parameters and the fields of its body as arguments of a tool."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from interlock_http import uploads
from interlock_http.bodies import MULTIPART, Body, is_structured, plain
from interlock_http.openapi.argument_names import is_plain, made_plain
from interlock_http.openapi.description import (
    Broken,
    Description,
    OperationObject,
    escaped,
    fragment_of,
    mapping,
    sequence,
)
from interlock_http.openapi.encodings import (
    SEPARATORS,
    is_text,
    styles_of,
    text_schema,
    types_of,
)
from interlock_http.openapi.media import media_type_of
from interlock_http.openapi.schemas import Schemas
from interlock_http.parameters import Location, Parameter
from interlock_http.path_styles import PathStyle

_PLACEHOLDER = re.compile(r"\{([^{}/]+)\}")
_PATH_STYLES: tuple[PathStyle, ...] = get_args(PathStyle)
# Words that say more of an object than its properties; its fields alone would lose them.
_MORE = frozenset(
    {"allOf", "anyOf", "oneOf", "not", "if", "patternProperties", "dependentRequired"}
    | {"dependentSchemas", "minProperties", "maxProperties"}
)


class Arguments:
    """Those of one operation, collected once: ``parameters``, ``body``, then ``schema``.

    Args:
        sent: names, in lower case, of headers that are sent anyway.
        schemas: convert all of theirs.
    """

    def __init__(
        self,
        description: Description,
        source: OperationObject,
        sent: frozenset[str],
        schemas: Schemas,
    ) -> None:
        self._description = description
        self._source = source
        self._sent = sent | {"accept", "content-type", "authorization"}
        self._schemas = schemas
        self._properties: dict[str, Any] = {}
        self._required: list[str] = []
        self._together: dict[str, list[str]] = {}
        self.parameters = tuple(self._parameters())
        self.body = self._body()

    def schema(self) -> dict[str, Any]:
        """JSON Schema of all arguments, but for what it refers to."""
        schema = {
            "type": "object",
            "properties": self._properties,
            "required": self._required,
            "additionalProperties": False,
        }
        return {**schema, "dependentRequired": self._together} if self._together else schema

    def _parameters(self) -> Iterator[Parameter]:
        found: dict[tuple[str, str], tuple[Mapping[str, Any], str]] = {}
        for owner, at in (
            (self._source.item, self._source.item_pointer),
            (self._source.operation, self._source.pointer),
        ):
            for index, raw in enumerate(sequence(owner, "parameters", at)):
                pointer = f"{at}/parameters/{index}"
                parameter = self._description.follow(raw, pointer)
                name, place = parameter.get("name"), parameter.get("in")
                if not isinstance(name, str) or not name:
                    raise Broken(pointer, "a parameter needs a name")
                found[name, str(place)] = (parameter, pointer)
        placeholders = _PLACEHOLDER.findall(self._source.path)
        self._kept = {name for name, _ in found if is_plain(name)}
        for (name, place), (parameter, pointer) in found.items():
            ignored = place == "header" and name.lower() in self._sent
            if not ignored and (place != "path" or name in placeholders):
                yield self._parameter(name, place, parameter, pointer)
        for name in placeholders:
            if (name, "path") not in found:  # forgotten, and not hard to guess
                yield self._parameter(name, "path", {"schema": {"type": "string"}}, "")

    def _parameter(
        self, name: str, place: str, parameter: Mapping[str, Any], pointer: str
    ) -> Parameter:
        location = _location(place, pointer)
        style = parameter.get("style") or ("form" if place in ("query", "cookie") else "simple")
        path_style = next((each for each in _PATH_STYLES if each == style), None)
        if style not in SEPARATORS and not (path_style and place == "path"):
            raise Broken(f"{pointer}/style", f"the style {style!r} is not supported")
        schema, at, json = self._schema_of(parameter, pointer)
        argument = self._argument(name, place)
        self._property(argument, self._schemas.convert(schema, at), parameter, name)
        if parameter.get("required") is True or place == "path":
            self._required.append(argument)
        return Parameter(
            name=name,
            argument=argument,
            location=location,
            explode=bool(parameter.get("explode", style in ("form", "cookie"))),
            separator=SEPARATORS.get(style, ","),
            deep=style == "deepObject",
            json=json,
            reserved=parameter.get("allowReserved") is True,
            raw=style == "cookie",
            path_style=path_style or "simple",
        )

    @staticmethod
    def _schema_of(parameter: Mapping[str, Any], pointer: str) -> tuple[Any, str, bool]:
        """Its schema, where that stands, and whether its value is written as JSON."""
        content = mapping(parameter, "content", pointer)
        for media_type in content:
            at = f"{pointer}/content"
            inner = mapping(content, media_type, at)
            return inner.get("schema"), f"{at}/{escaped(media_type)}/schema", "json" in media_type
        return parameter.get("schema"), f"{pointer}/schema", False

    def _property(
        self, argument: str, schema: Any, owner: Mapping[str, Any], name: str = ""
    ) -> None:
        described = owner.get("description")
        if isinstance(described, str) and isinstance(schema, dict) and "description" not in schema:
            schema = {**schema, "description": described.strip()}
        if owner.get("deprecated") is True and isinstance(schema, dict):
            schema = {**schema, "deprecated": True}
        self._properties[argument] = _named(schema, name) if name else schema

    def _argument(self, name: str, prefix: str) -> str:
        if not is_plain(name):
            return made_plain(name, self._kept | self._properties.keys())
        while name in self._properties:
            name = f"{prefix}_{name}"
        return name

    def _body(self) -> Body | None:
        pointer = f"{self._source.pointer}/requestBody"
        if (raw := self._source.operation.get("requestBody")) is None:
            return None
        body = self._description.follow(raw, pointer)
        content = mapping(body, "content", pointer)
        if (media_type := media_type_of(content)) is None:
            return None
        at = f"{pointer}/content"
        media = mapping(content, media_type, at)
        at, required = f"{at}/{escaped(media_type)}", body.get("required") is True
        schema, styles, types = media.get("schema") or {}, styles_of(media, at), types_of(media, at)
        at = f"{at}/schema"
        structured = is_structured(media_type)
        if structured and (fields := self._fields(schema, at, required=required)):
            files = frozenset[str]()
            if plain(media_type) == MULTIPART:
                files = self._files(schema, fields, at)
            return Body("", fields, required, media_type, files, styles, types)
        argument = self._argument("body", "request")
        file = None if is_text(media_type) else self._file(schema, at)
        converted = file or self._schemas.convert(schema, at)
        self._property(argument, converted if file or structured else text_schema(media_type), body)
        if required:
            self._required.append(argument)
        files = frozenset({argument} if file else ())
        return Body(argument, {}, False, media_type, files, styles, types)

    def _files(self, schema: Any, fields: Mapping[str, str], pointer: str) -> frozenset[str]:
        """Those of the arguments that are files, and say so."""
        properties = mapping(self._description.follow(schema, pointer), "properties", pointer)
        files = {
            argument: self._file(properties.get(name), "") for name, argument in fields.items()
        }
        found = {argument: file for argument, file in files.items() if file is not None}
        self._properties |= found
        return frozenset(found)

    def _file(self, schema: Any, pointer: str) -> dict[str, Any] | None:
        if not isinstance(schema, Mapping):
            return None
        return uploads.schema_of(self._description.follow(schema, pointer))

    def _fields(self, schema: Any, pointer: str, *, required: bool) -> dict[str, str]:
        """The fields of a plain object become arguments of their own, where none is taken."""
        if not isinstance(schema, Mapping):
            return {}
        whole = self._description.follow(schema, pointer)
        if isinstance(schema.get("$ref"), str):
            pointer = fragment_of(schema["$ref"])
        listed = [each for each in sequence(whole, "required", pointer) if isinstance(each, str)]
        # What is required need not be described.
        fields = {**dict.fromkeys(listed), **mapping(whole, "properties", pointer)}
        if whole.keys() & _MORE or whole.get("additionalProperties") or not fields:
            return {}
        places = {name: f"{pointer}/properties/{escaped(name)}" for name in fields}
        sent = {
            name: self._schemas.convert(inner, places[name])
            for name, inner in fields.items()
            if not self._schemas.is_hidden(inner, places[name])
        }
        if sent.keys() & self._properties.keys():
            return {}
        arguments = self._spread(sent)
        needed = [argument for name, argument in arguments.items() if name in listed]
        if required:
            self._required += needed
        elif needed:  # the body may be missing, but no part of it
            self._together = {
                argument: [each for each in needed if each != argument]
                for argument in arguments.values()
            }
        return arguments

    def _spread(self, fields: Mapping[str, Any]) -> dict[str, str]:
        """Make an argument of each field; their names by those of the fields."""
        self._kept = self._properties.keys() | fields.keys()
        names: dict[str, str] = {}
        for name, schema in fields.items():
            names[name] = self._argument(name, "body")
            self._properties[names[name]] = _named(schema, name)
        return names


def _named(schema: Any, name: str) -> Any:
    """The schema of an argument, which says how the API calls it if it is called otherwise."""
    if is_plain(name) or not isinstance(schema, dict):
        return schema
    said = schema.get("description")
    return {**schema, "description": f"{name}: {said}" if said else name}


def _location(place: str, pointer: str) -> Location:
    known: tuple[Location, ...] = get_args(Location)
    for location in known:
        if location == place:
            return location
    raise Broken(f"{pointer}/in", f"a parameter cannot be in {place!r}")
