"""What schemas of a description refer to: converted once, whichever tools need it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from interlock.sdk import schema_fault
from interlock_http.openapi.description import Broken, Description, fragment_of
from interlock_http.openapi.names import Names
from interlock_http.openapi.schemas import Schemas


@dataclass(frozen=True, slots=True)
class _Definition:
    """One that was converted.

    Attributes:
        referred: names of what it refers to.
        size: in bytes, as JSON.
    """

    schema: Any
    referred: tuple[str, ...]
    size: int


class Definitions:
    """Those of one direction.

    Args:
        hidden: ``readOnly`` for what is sent, ``writeOnly`` for what is received.
    """

    def __init__(self, description: Description, hidden: str) -> None:
        self._description = description
        self._hidden = hidden
        self._names = Names(description)
        self._known: dict[str, _Definition | Broken] = {}

    def schemas(self, within: str = "") -> Schemas:
        """A converter whose names are ours."""
        return Schemas(self._description, self._hidden, self._names, within)

    def complete(
        self, schema: Mapping[str, Any], schemas: Schemas, pointer: str, largest: int
    ) -> dict[str, Any]:
        """A schema at ``pointer`` with all that it refers to under ``$defs``, the nearest first.

        Args:
            schemas: has converted it.
            largest: in bytes; what does not fit is said to be anything.

        Raises:
            Broken: something in it is wrong, or it alone is larger.
        """
        left = largest - _size_of(schema, pointer)
        if left < 0:
            raise Broken(pointer, f"the schema alone is larger than {largest // 1000} kB")
        found: dict[str, Any] = {}
        todo = deque(schemas.referred)
        while todo:
            name = todo.popleft()
            if name in found:
                continue
            definition = self._definition(name)
            fits = definition.size <= left
            found[name] = definition.schema if fits else {}
            if fits:
                left -= definition.size
                todo += definition.referred
        return {**schema, "$defs": found} if found else dict(schema)

    def _definition(self, name: str) -> _Definition:
        if name not in self._known:
            try:
                self._known[name] = self._converted(name)
            except Broken as broken:
                self._known[name] = broken
            except RecursionError:
                pointer = fragment_of(self._names.references[name])
                self._known[name] = Broken(pointer, "its schemas are nested too deep")
        known = self._known[name]
        if isinstance(known, Broken):
            raise known
        return known

    def _converted(self, name: str) -> _Definition:
        reference = self._names.references[name]
        pointer, schemas = fragment_of(reference), self.schemas(name)
        schema = schemas.convert(self._description.at(reference, pointer), pointer)
        refuse_unsound(schema, "", pointer)
        return _Definition(schema, tuple(schemas.referred), _size_of(schema, pointer))


def refuse_unsound(schema: Any, what: str, pointer: str) -> None:
    """Refuse what is no JSON Schema.

    Args:
        what: it is, as the reason begins.

    Raises:
        Broken: with the first fault.
    """
    if (fault := schema_fault(schema)) is not None:
        where = "/".join(map(str, fault.absolute_path))
        raise Broken(pointer, f"{what}{where}: {fault.message}"[:300])


def _size_of(schema: Any, pointer: str) -> int:
    try:
        return len(orjson.dumps(schema))
    except TypeError as error:
        raise Broken(pointer, f"the schema is no JSON: {error}") from None
