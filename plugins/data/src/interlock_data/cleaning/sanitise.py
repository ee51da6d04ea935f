"""Every text in a value: its HTML, its control characters, what is personal in it."""

from __future__ import annotations

import html as markup
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import nh3

from interlock_data.choices import Html, Kind, Replacement
from interlock_data.cleaning.personal import find

# Controls but for tab and line ends, and the marks that turn the direction of text around them.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


def sanitise(data: Any, **rules: Any) -> dict[str, Any]:
    """``{data, found}``; ``found`` counts what was replaced or removed, by kind."""
    cleaner = Cleaner(**rules)
    return {"data": cleaner.value(data), "found": dict(cleaner.found)}


class Cleaner:
    """One cleaning.

    Args:
        html: ``safe`` leaves harmless elements, ``text`` none, ``escape`` shows them as text.
        controls: whether control characters are removed.
        kinds: what is replaced.
        fields: names whose values are replaced whatever they are.
        replacement: ``number`` gives equal values of one cleaning equal labels.
        region: of phone numbers without a country.
    """

    def __init__(
        self,
        html: Html,
        controls: bool,
        kinds: list[Kind],
        fields: list[str],
        replacement: Replacement,
        region: str,
    ) -> None:
        self.found: Counter[str] = Counter()
        self._html = html
        self._controls = controls
        self._kinds = frozenset(kinds)
        self._fields = frozenset(name.casefold() for name in fields)
        self._replacement = replacement
        self._region = region
        self._numbers: dict[tuple[str, str], int] = {}

    def value(self, value: Any) -> Any:
        """The value with every string in it cleaned, the keys of objects too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(each) for each in value]
        if isinstance(value, Mapping):
            return {self.text(name): self._field(name, each) for name, each in value.items()}
        return value

    def _field(self, name: str, value: Any) -> Any:
        if name.casefold() not in self._fields or value is None:
            return self.value(value)
        self.found["field"] += 1
        return self._instead("field", value if isinstance(value, str) else json.dumps(value))

    def text(self, text: str) -> str:
        # Controls first: they would hide the rest from the patterns.
        if self._controls:
            text = self._counted("control", *_CONTROLS.subn("", text))
        if self._html != "keep":
            cleaned = _HTML[self._html](text)
            text = self._counted("html", cleaned, int(cleaned != text))
        return self._without_personal(text) if self._kinds else text

    def _without_personal(self, text: str) -> str:
        parts = []
        end = 0
        for found in find(text, self._kinds, self._region):
            self.found[found.kind] += 1
            parts += [
                text[end : found.start],
                self._instead(found.kind, text[found.start : found.end]),
            ]
            end = found.end
        return "".join([*parts, text[end:]])

    def _instead(self, kind: str, text: str) -> str:
        if self._replacement == "remove":
            return ""
        if self._replacement == "stars":
            return "*" * len(text)
        if self._replacement == "label":
            return f"[{kind}]"
        known = self._numbers.setdefault((kind, text), self._next(kind))
        return f"[{kind} {known}]"

    def _next(self, kind: str) -> int:
        return 1 + sum(1 for other, _ in self._numbers if other == kind)

    def _counted(self, kind: str, text: str, count: int) -> str:
        if count:
            self.found[kind] += count
        return text


def _safe(text: str) -> str:
    # Without a "<" there is no element to be had, and "AT&T" stays as it is.
    return nh3.clean(text) if "<" in text else text


def _plain(text: str) -> str:
    return markup.unescape(nh3.clean(text, tags=set()))


_HTML: dict[str, Callable[[str], str]] = {
    "safe": _safe,
    "text": _plain,
    "escape": markup.escape,
}
