"""Rendered HTML as a list of tags with what they say."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


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

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        made = Tag(tag, given.get("data-node-id", ""), given.get("class", "").split())
        if given.get("placeholder"):
            made.texts.append(given["placeholder"])
        self.tags.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        # A text after a closed child is filed as a tag of its own, so that the order holds.
        self.tags.append(Tag("#text", "", [], [data]))


def read_markup(html: str) -> list[Tag]:
    """The tags and texts in document order."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.tags
