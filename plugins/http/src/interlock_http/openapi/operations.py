"""Operations of a description as tools: names, arguments, schemas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock_http.openapi.arguments import Arguments
from interlock_http.openapi.choice import Choice, name_of, overlay_of
from interlock_http.openapi.definitions import Definitions, refuse_unsound
from interlock_http.openapi.description import (
    Broken,
    Description,
    OperationObject,
    escaped,
    mapping,
    server_of,
)
from interlock_http.openapi.media import media_type_of
from interlock_http.openapi.schemas import Schemas
from interlock_http.openapi.settings import OpenApiSettings, Overlay
from interlock_http.operation import Operation, facts_of
from interlock_http.paging import argument_of

_LONGEST_DESCRIPTION = 1000
_ANY = "*/*"
# In bytes. What goes deeper is taken as it is, by us and by whoever reads the schema.
_LARGEST_INPUT = 256_000
_LARGEST_OUTPUT = 16_000


@dataclass(slots=True)
class Compiled:
    """What became of a description.

    Attributes:
        left_out: operations that cannot be had.
        undescribed: results of which nothing is known.
        ids: of all operations, also as ``GET /path``.
        unused: patterns of the settings that no operation matches.
    """

    operations: list[Operation] = field(default_factory=list)
    left_out: list[Broken] = field(default_factory=list)
    undescribed: list[Broken] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    unused: set[str] = field(default_factory=set)


def compile_operations(
    description: Description, settings: OpenApiSettings, reserved: frozenset[str] = frozenset()
) -> Compiled:
    """The operations that the settings want.

    Args:
        reserved: names that no tool may have.
    """
    compiler = _Compiler(description, settings, set(reserved))
    compiler.compile_all()
    return compiler.compiled


class _Compiler:
    """The operations of one description on their way to tools."""

    def __init__(
        self, description: Description, settings: OpenApiSettings, taken: set[str]
    ) -> None:
        self._description = description
        self._settings = settings
        self._taken = taken
        self._sent = Definitions(description, "readOnly")
        self._received = Definitions(description, "writeOnly")
        self.compiled = Compiled()

    def compile_all(self) -> None:
        choice, compiled = Choice(self._settings), self.compiled
        for source in self._description.operations():
            if isinstance(source, Broken):
                compiled.left_out.append(source)
                continue
            compiled.ids += dict.fromkeys([source.id, source.title])
            try:
                if choice.wants(source):
                    operation = self._operation(source)
                    self._taken.add(operation.name)
                    compiled.operations.append(operation)
            except Broken as fault:
                compiled.left_out.append(_needed_by(source, fault))
            except RecursionError:
                compiled.left_out.append(Broken(source.pointer, "its schemas are nested too deep"))
        compiled.unused = choice.unused

    def _operation(self, source: OperationObject) -> Operation:
        settings = self._settings
        overlay = overlay_of(source, settings.operations)
        schemas = self._sent.schemas()
        arguments = Arguments(self._description, source, settings.sent_headers(), schemas)
        keyed = bool(settings.idempotency_header)
        return Operation(
            name=name_of(source, overlay, self._taken),
            method=source.method,
            path=source.path,
            parameters=arguments.parameters,
            body=arguments.body,
            description=overlay.description or _text(source),
            input_schema=self._input_schema(source, arguments.schema(), schemas, overlay),
            # With pages the result is a list of items, which no description tells of.
            output_schema={} if overlay.paging or overlay.pick else self._output_schema(source),
            facts=overlay.applied_to(facts_of(source.method, keyed=keyed)),
            paging=overlay.paging,
            pick=overlay.pick,
            base_url=self._base_url(source),
            fill_defaults=False,
            accept=self._accept(source),
        )

    def _base_url(self, source: OperationObject) -> str:
        """Where an operation is served, if not where the others are."""
        if self._settings.base_url:
            return ""
        own = server_of(source.operation, source.pointer)
        return own or server_of(source.item, source.item_pointer)

    def _input_schema(
        self, source: OperationObject, schema: dict[str, Any], schemas: Schemas, overlay: Overlay
    ) -> dict[str, Any]:
        refuse_unsound(schema, "its arguments: ", source.pointer)
        wanted = argument_of(overlay.paging) if overlay.paging else ""
        if wanted and wanted not in schema["properties"]:
            there = ", ".join(schema["properties"]) or "none"
            reason = f"paging: it takes no argument {wanted!r}; there are: {there}"
            raise Broken(source.pointer, reason)
        return self._sent.complete(schema, schemas, source.pointer, _LARGEST_INPUT)

    def _output_schema(self, source: OperationObject) -> dict[str, Any]:
        try:
            return self._answer(source)
        except Broken as broken:
            self.compiled.undescribed.append(_needed_by(source, broken))
            return {}

    def _answer(self, source: OperationObject) -> dict[str, Any]:
        """JSON Schema of the answer to a success; {} if nothing is known."""
        content, pointer = self._content(source)
        media_type = media_type_of(content)
        if media_type is None or not ("json" in media_type or media_type == _ANY):
            return {}
        at = f"{pointer}/{escaped(media_type)}/schema"
        schemas = self._received.schemas()
        schema = schemas.convert(mapping(content, media_type, pointer).get("schema"), at)
        if not isinstance(schema, Mapping):
            return {}
        refuse_unsound(schema, "", at)
        return self._received.complete(schema, schemas, at, _LARGEST_OUTPUT)

    def _content(self, source: OperationObject) -> tuple[Mapping[str, Any], str]:
        """What a success is answered with, by media type, and where that stands."""
        responses = mapping(source.operation, "responses", source.pointer)
        status = min((each for each in responses if each.startswith("2")), default="")
        if not status:
            return {}, ""
        pointer = f"{source.pointer}/responses/{status}"
        response = self._description.follow(responses[status], pointer)
        return mapping(response, "content", pointer), f"{pointer}/content"

    def _accept(self, source: OperationObject) -> str:
        """The media type to ask for: what is not asked for JSON may answer with XML or a page."""
        if "accept" in self._settings.sent_headers():
            return ""
        try:
            media_type = media_type_of(self._content(source)[0]) or ""
        except Broken:
            return ""
        return "application/json" if media_type == _ANY else media_type


def _text(source: OperationObject) -> str:
    operation = source.operation
    parts = [operation.get("summary"), operation.get("description")]
    text = "\n\n".join(str(part).strip() for part in parts if part)
    if operation.get("deprecated") is True:
        text = f"Deprecated. {text}"
    return text[:_LONGEST_DESCRIPTION] or source.title


def _needed_by(source: OperationObject, fault: Broken) -> Broken:
    """A fault with the operation that it costs, where its place does not say it."""
    if fault.pointer.startswith(source.pointer):
        return fault
    return Broken(fault.pointer, f"{fault.reason} (of {source.title})")
