"""A method's signature as JSON Schema: what goes in, and what comes out."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_type_hints

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, create_model
from pydantic.json_schema import GenerateJsonSchema

from interlock.sdk.errors import InvalidInput, ServiceBug
from interlock.sdk.validation import invalid_input

_CONFIG = ConfigDict(
    extra="forbid", ser_json_bytes="base64", val_json_bytes="base64", arbitrary_types_allowed=False
)
# Fields of the argument model bear a prefix: a tool may take a ``schema`` or a ``copy``, names
# that pydantic's own methods have.
_FIELD = "argument_"
_PASS_THROUGH = frozenset({dict, list, str, int, float, bool, type(None), Any})


@dataclass(frozen=True)
class Signature:
    """A tool's method, seen as JSON.

    Everything is derived on first use, so that importing a plugin costs nothing.
    """

    name: str
    method: Callable[..., Any]

    @cached_property
    def description(self) -> str:
        """The docstring up to its ``Args:``, as Markdown."""
        doc = _doc(self.method)
        return re.split(r"^\s*(?:Args|Returns|Raises):\s*$", doc, flags=re.MULTILINE)[0].strip()

    @cached_property
    def input_schema(self) -> dict[str, Any]:
        schema = self._input.model_json_schema(schema_generator=_Plain)
        return {"type": "object", "properties": {}, **schema, "additionalProperties": False}

    @cached_property
    def output_schema(self) -> dict[str, Any]:
        """Empty when the method promises nothing about its result."""
        return self._output.json_schema(mode="serialization", schema_generator=_Plain)

    def arguments(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Keyword arguments for the method from JSON values.

        Raises:
            InvalidInput: with the JSON path and reason of the first fault, and all in
                ``details["errors"]``.
        """
        # Outside of the try: a signature that cannot be read is not the caller's fault.
        accepted = self._input
        try:
            model = accepted.model_validate_json(orjson.dumps(values))
        except ValidationError as error:
            raise invalid_input(self.name, error) from None
        except TypeError as error:
            raise InvalidInput(f"{self.name}: arguments are not JSON: {error}", path="$") from None
        return {
            field.removeprefix(_FIELD): getattr(model, field) for field in model.model_fields_set
        }

    def result(self, value: Any) -> Any:
        """The result as JSON values.

        Raises:
            ServiceBug: the method returned what its annotation does not allow.
        """
        if self._passes_through:
            return value
        promised = self._output
        try:
            return promised.dump_python(value, mode="json", warnings="error")
        except Exception as error:
            raise ServiceBug(
                f"{self.name} returned what its annotation forbids: {error}",
                hint="return JSON, or annotate it as what pydantic makes JSON of",
            ) from error

    @cached_property
    def _hints(self) -> dict[str, Any]:
        return get_type_hints(self.method, include_extras=True)

    @cached_property
    def _input(self) -> type[BaseModel]:
        described = _argument_descriptions(self.method)
        fields: dict[str, Any] = {}
        for parameter in list(inspect.signature(self.method).parameters.values())[1:]:
            if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
                raise TypeError(f"{self.name}: a tool cannot take *{parameter.name}")
            default = ... if parameter.default is parameter.empty else parameter.default
            annotation = self._hints.get(parameter.name, Any)
            description = described.get(parameter.name)
            field: Any = Field(default, description=description, alias=parameter.name)
            fields[_FIELD + parameter.name] = (annotation, field)
        return create_model(self.name, __config__=_CONFIG, **fields)

    @cached_property
    def _output(self) -> TypeAdapter[Any]:
        annotation = self._hints.get("return", Any)
        if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
            return TypeAdapter(annotation)
        try:
            return TypeAdapter(annotation, config=_CONFIG)
        except Exception:  # noqa: BLE001 - dataclasses and typed dicts carry their own config
            return TypeAdapter(annotation)

    @cached_property
    def _passes_through(self) -> bool:
        return "return" in self._hints and _plain_json(self._hints["return"])


class _Plain(GenerateJsonSchema):
    """Without the titles that pydantic makes up from names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _plain_json(annotation: Any) -> bool:
    origin = getattr(annotation, "__origin__", annotation)
    arguments = getattr(annotation, "__args__", ())
    return origin in _PASS_THROUGH and all(_plain_json(argument) for argument in arguments)


def _doc(method: Callable[..., Any]) -> str:
    """The docstring, with code as people and models read it in Markdown: between single marks."""
    return re.sub(r"``([^`]+)``", r"`\1`", inspect.getdoc(method) or "")


def _argument_descriptions(method: Callable[..., Any]) -> dict[str, str]:
    """Descriptions of a Google-style ``Args:`` section, by name."""
    section = re.search(r"^Args:\s*\n((?:[ \t]+.*\n?|\s*\n)+)", _doc(method), flags=re.MULTILINE)
    if section is None:
        return {}
    entries = re.findall(
        r"^ {4}(\w+)(?: \([^)]*\))?: (.*(?:\n {5,}.*)*)", section[1], flags=re.MULTILINE
    )
    return {name: re.sub(r"\s+", " ", text).strip() for name, text in entries}
