"""Pages together with what was found in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interlock_analysis.pages import Page

Said = dict[str, Any]


@dataclass(frozen=True)
class Document:
    """A page and its analysis, whose citations have been checked."""

    page: Page
    analysis: Mapping[str, Any]
    dropped: Sequence[Said] = ()

    def categories(self) -> list[Said]:
        """Categories as objects; a model may have given bare names."""
        given = self.analysis.get("categories")
        found = given if isinstance(given, list) else []
        objects = [one if isinstance(one, dict) else {"name": one} for one in found]
        return [one for one in objects if one.get("name")]
