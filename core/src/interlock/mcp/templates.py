"""URI templates of one kind: ``figma://file/{id}/components``, a variable for a path segment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

_VARIABLE = re.compile(r"\{(\w+)\}")


class UriTemplate:
    """RFC 6570, level 1."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.variables = tuple(_VARIABLE.findall(text))
        parts = _VARIABLE.split(text)
        pattern = "".join(
            f"(?P<{part}>[^/?#]+)" if index % 2 else re.escape(part)
            for index, part in enumerate(parts)
        )
        self._pattern = re.compile(pattern)

    def match(self, uri: str) -> dict[str, str] | None:
        """The variables' values; None if ``uri`` is not of this template."""
        found = self._pattern.fullmatch(uri)
        return (
            {name: unquote(value) for name, value in found.groupdict().items()} if found else None
        )


def filled(value: Any, variables: Mapping[str, str]) -> Any:
    """``value`` with every ``{name}`` in its texts replaced; unknown names stay as they are."""
    if isinstance(value, str):
        return _VARIABLE.sub(lambda found: variables.get(found[1], found[0]), value)
    if isinstance(value, Mapping):
        return {key: filled(each, variables) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [filled(each, variables) for each in value]
    return value
