"""Which operations of a description become tools, and under which names."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from fnmatch import fnmatchcase

from interlock_http.openapi.description import OperationObject, sequence
from interlock_http.openapi.settings import OpenApiSettings, Overlay

_WORD_ENDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NO_NAME = re.compile(r"[^a-z0-9]+")
# MCP clients see it behind that of the service, and names of up to 128 characters.
_LONGEST = 96


class Choice:
    """What ``include`` and ``exclude`` of the settings choose.

    Attributes:
        unused: patterns of the settings that no operation has matched so far.
    """

    def __init__(self, settings: OpenApiSettings) -> None:
        self._include = settings.include
        self._exclude = settings.exclude
        self.unused = {*settings.include, *settings.exclude} - {"*"}

    def wants(self, source: OperationObject) -> bool:
        """Whether an operation becomes a tool.

        Raises:
            Broken: its tags are no list.
        """
        names = [source.title, source.path, source.id]
        names += [f"tag:{tag}" for tag in sequence(source.operation, "tags", source.pointer)]
        # Both, so that each pattern is seen to match.
        included, excluded = self._among(names, self._include), self._among(names, self._exclude)
        return included and not excluded

    def _among(self, names: Iterable[str], patterns: Iterable[str]) -> bool:
        matching = {each for each in patterns for name in names if fnmatchcase(name, each)}
        self.unused -= matching
        return bool(matching)


def overlay_of(source: OperationObject, overlays: Mapping[str, Overlay]) -> Overlay:
    """What the settings say of an operation, by its id or by ``GET /path``."""
    return overlays.get(source.id) or overlays.get(source.title) or Overlay()


def name_of(source: OperationObject, overlay: Overlay, taken: Container[str]) -> str:
    """The name of its tool: of ``listPets`` ``list_pets``, of a second one ``list_pets_2``."""
    words = _WORD_ENDS.sub("_", source.id).lower()
    short = _NO_NAME.sub("_", words).strip("_")[:_LONGEST].rstrip("_")
    name = overlay.name or short or "operation"
    unique, number = name, 2
    while unique in taken:
        unique, number = f"{name}_{number}", number + 1
    return unique
