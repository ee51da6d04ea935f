"""Rendered HTML as a list of tags with what they say."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

HIDDEN = "#hidden"
"""Name of the tags that hold what is written where only a state shows it."""

_VOID = ("img", "input", "br")


@dataclass
class Tag:
    """An element: its layer's id, its classes, the texts directly in it."""

    name: str
    node: str
    classes: list[str]
    texts: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[Tag] = []
        self._hidden: list[bool] = []
        self._handed: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        own = given.get("class", "").split()
        handed = [each for classes in self._handed for each in classes]
        made = Tag(tag, given.get("data-node-id", ""), [*own, *handed])
        if tag not in _VOID:
            # What is said for everything inside, as the colour of an icon is.
            self._handed.append([each for each in own if each.startswith("**:")])
            self._hidden.append(self._is_hidden() or "hidden" in made.classes)
        if given.get("placeholder"):
            made.texts.append(given["placeholder"])
        if not self._is_hidden() and "hidden" not in made.classes:
            self.tags.append(made)
        else:
            self.tags.append(Tag(HIDDEN, "", [], made.texts))

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self._hidden.pop()
            self._handed.pop()

    def _is_hidden(self) -> bool:
        """Within something that only a state shows."""
        return bool(self._hidden) and self._hidden[-1]

    def handle_data(self, data: str) -> None:
        # A text after a closed child is filed as a tag of its own, so that the order holds.
        self.tags.append(Tag(HIDDEN if self._is_hidden() else "#text", "", [], [data]))


def read_markup(html: str) -> list[Tag]:
    """The tags and texts in document order; of what only a state shows, just the texts."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.tags
