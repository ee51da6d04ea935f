"""Operations of a description as tools: names, arguments, schemas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock.sdk import schema_fault
from interlock_http.openapi.arguments import Arguments
from interlock_http.openapi.choice import Choice, name_of, overlay_of
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
    compiled, choice = Compiled(), Choice(settings)
    taken = set(reserved)
    for source in description.operations():
        if isinstance(source, Broken):
            compiled.left_out.append(source)
            continue
        compiled.ids += dict.fromkeys([source.id, source.title])
        try:
            if choice.wants(source):
                operation = _Reading(description, source, settings, compiled).operation(taken)
                taken.add(operation.name)
                compiled.operations.append(operation)
        except Broken as fault:
            compiled.left_out.append(fault)
        except RecursionError:
            compiled.left_out.append(Broken(source.pointer, "its schemas are nested too deep"))
    compiled.unused = choice.unused
    return compiled


class _Reading:
    """One operation on its way to a tool."""

    def __init__(
        self,
        description: Description,
        source: OperationObject,
        settings: OpenApiSettings,
        compiled: Compiled,
    ) -> None:
        self._description = description
        self._source = source
        self._settings = settings
        self._compiled = compiled

    def operation(self, taken: set[str]) -> Operation:
        source, settings = self._source, self._settings
        overlay = overlay_of(source, settings.operations)
        arguments = Arguments(self._description, source, settings.sent_headers())
        keyed = bool(settings.idempotency_header)
        return Operation(
            name=name_of(source, overlay, taken),
            method=source.method,
            path=source.path,
            parameters=arguments.parameters,
            body=arguments.body,
            description=overlay.description or self._text(),
            input_schema=self._input_schema(arguments, overlay),
            # With pages the result is a list of items, which no description tells of.
            output_schema={} if overlay.paging or overlay.pick else self._output_schema(),
            facts=overlay.applied_to(facts_of(source.method, keyed=keyed)),
            paging=overlay.paging,
            pick=overlay.pick,
            base_url=self._base_url(),
        )

    def _text(self) -> str:
        operation = self._source.operation
        parts = [operation.get("summary"), operation.get("description")]
        text = "\n\n".join(str(part).strip() for part in parts if part)
        if operation.get("deprecated") is True:
            text = f"Deprecated. {text}"
        return text[:_LONGEST_DESCRIPTION] or self._source.title

    def _base_url(self) -> str:
        """Where this operation is served, if not where the others are."""
        if self._settings.base_url:
            return ""
        source = self._source
        own = server_of(source.operation, source.pointer)
        return own or server_of(source.item, source.item_pointer)

    def _input_schema(self, arguments: Arguments, overlay: Overlay) -> dict[str, Any]:
        schema = arguments.schema()
        if (fault := schema_fault(schema)) is not None:
            where = "/".join(map(str, fault.absolute_path))
            raise Broken(self._source.pointer, f"its arguments: {where}: {fault.message}"[:300])
        wanted = argument_of(overlay.paging) if overlay.paging else ""
        if wanted and wanted not in schema["properties"]:
            raise Broken(self._source.pointer, f"paging: it takes no argument {wanted!r}")
        return schema

    def _output_schema(self) -> dict[str, Any]:
        try:
            return self._answer()
        except Broken as broken:
            self._compiled.undescribed.append(broken)
            return {}

    def _answer(self) -> dict[str, Any]:
        """JSON Schema of the answer to a success; {} if nothing is known."""
        responses = mapping(self._source.operation, "responses", self._source.pointer)
        by_status = {str(status): response for status, response in responses.items()}
        status = min((each for each in by_status if each.startswith("2")), default="")
        if not status:
            return {}
        pointer = f"{self._source.pointer}/responses/{status}"
        response = self._description.follow(by_status[status], pointer)
        content = mapping(response, "content", pointer)
        media_type = media_type_of(content)
        if media_type is None or "json" not in media_type:
            return {}
        at = f"{pointer}/content"
        schemas = Schemas(self._description, "writeOnly")
        schema = schemas.convert(
            mapping(content, media_type, at).get("schema"), f"{at}/{escaped(media_type)}/schema"
        )
        if not isinstance(schema, Mapping):
            return {}
        return {**schema, "$defs": schemas.defs} if schemas.defs else dict(schema)
