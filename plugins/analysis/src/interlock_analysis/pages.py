"""What is analysed: a page of segments, from whatever shape it was handed over in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from interlock.sdk import InvalidInput
from interlock_analysis.language import Language, language_of

# Blocks whose words are not sentences: code, names of other pages, captions.
_NOT_PROSE = frozenset(
    {"code", "equation", "child_page", "child_database", "link_to_page", "image", "video", "audio"}
    | {"file", "pdf", "bookmark", "embed", "link_preview", "template"}
)


@dataclass(frozen=True)
class Segment:
    """One block's text. ``checked`` tells of a to-do whether it is done."""

    block_id: str
    type: str
    text: str
    heading_path: tuple[str, ...] = ()
    checked: bool | None = None

    @property
    def is_heading(self) -> bool:
        return self.type.startswith("heading")

    @property
    def is_prose(self) -> bool:
        return not self.is_heading and self.type not in _NOT_PROSE


@dataclass(frozen=True)
class Page:
    """Segments in reading order, and what is known about the page."""

    id: str = ""
    title: str = ""
    url: str = ""
    segments: tuple[Segment, ...] = ()
    properties: Mapping[str, Any] = field(default_factory=dict)
    property_types: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """For people; pages without a title exist."""
        return self.title.strip() or "Untitled"

    @property
    def prose(self) -> str:
        return "\n".join(segment.text for segment in self.segments if segment.is_prose)

    @property
    def language(self) -> Language:
        return language_of(self.prose)

    def block_ids(self) -> frozenset[str]:
        return frozenset(segment.block_id for segment in self.segments)

    def label(self) -> dict[str, str]:
        return {"id": self.id, "title": self.title, "url": self.url}


def read_page(given: Mapping[str, Any], path: str = "$.page") -> Page:
    """A page from JSON as ``notion.extract_page`` gives it; unknown fields do not matter.

    Raises:
        InvalidInput: there are no segments, or one is not ``{block_id, text}``.
    """
    segments = given.get("segments")
    if not isinstance(segments, list):
        raise InvalidInput(f"{path} has no segments", path=f"{path}.segments")
    return Page(
        id=str(given.get("id") or ""),
        title=str(given.get("title") or ""),
        url=str(given.get("url") or ""),
        segments=read_segments(segments, f"{path}.segments"),
        properties=_mapping(given.get("properties")),
        property_types=_mapping(given.get("property_types")),
    )


def read_segments(given: Sequence[Any], path: str = "$.segments") -> tuple[Segment, ...]:
    """Segments from JSON; those without text are left out.

    Raises:
        InvalidInput: one is not an object with ``text``.
    """
    found = []
    for index, one in enumerate(given):
        if not isinstance(one, Mapping) or not isinstance(one.get("text"), str):
            place = f"{path}[{index}]"
            raise InvalidInput(f"{place} is not a segment with a text", path=place)
        if one["text"].strip():
            found.append(_segment(one, index))
    return tuple(found)


def _segment(given: Mapping[str, Any], index: int) -> Segment:
    checked = given.get("checked")
    return Segment(
        block_id=str(given.get("block_id") or f"segment-{index + 1}"),
        type=str(given.get("type") or "paragraph"),
        text=given["text"],
        heading_path=tuple(str(heading) for heading in given.get("heading_path") or ()),
        checked=checked if isinstance(checked, bool) else None,
    )


def page_of_text(text: str) -> Page:
    """A page whose segments are the paragraphs of a plain text: ``segment-1`` and so on."""
    paragraphs = [part for part in text.split("\n\n") if part.strip()]
    return Page(segments=read_segments([{"text": part} for part in paragraphs]))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
