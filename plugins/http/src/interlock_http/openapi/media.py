"""Which of several media types is used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_KNOWN = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")


def media_type_of(content: Mapping[str, Any]) -> str | None:
    """The one that suits best; None if there is none."""
    for known in _KNOWN:
        for media_type in map(str, content):
            plain = media_type.partition(";")[0].strip().lower()
            if plain == known or (known == "application/json" and plain.endswith("+json")):
                return media_type
    return next(map(str, content), None)
