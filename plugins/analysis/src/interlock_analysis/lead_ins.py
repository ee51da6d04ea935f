"""Paragraphs that stand before a list in the place of a heading: “Next steps”, “Decisions:”."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from interlock_analysis.pages import Segment

_ITEMS = frozenset({"bulleted_list_item", "numbered_list_item", "to_do"})
_TITLE = re.compile(r"[^.!?。！？…\n]{1,60}?\s*[:：]?")
_WORDS = 6


def with_lead_ins(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """The segments; items of a list carry the short paragraph above it in their heading path."""
    found: list[Segment] = []
    above = ""
    for index, segment in enumerate(segments):
        if segment.type in _ITEMS:
            path = (*segment.heading_path, above) if above else segment.heading_path
            found.append(replace(segment, heading_path=path))
            continue
        follows = segments[index + 1].type if index + 1 < len(segments) else ""
        leads = segment.type == "paragraph" and follows in _ITEMS and _is_title(segment.text)
        above = segment.text.strip().rstrip(":： ") if leads else ""
        found.append(replace(segment, type="heading_lead_in") if leads else segment)
    return tuple(found)


def _is_title(text: str) -> bool:
    stripped = text.strip()
    return bool(_TITLE.fullmatch(stripped)) and len(stripped.split()) <= _WORDS
