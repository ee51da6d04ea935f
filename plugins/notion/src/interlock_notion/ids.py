"""Notion's ids: with dashes, without, or at the end of a link."""

from __future__ import annotations

import re

from interlock.sdk import InvalidInput

_ID = re.compile(
    r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}(?![0-9a-f])", re.IGNORECASE
)


def object_id(text: str, argument: str) -> str:
    """The id, with dashes, in an id or a link to a page, database or block.

    A link's fragment names a block and goes before the page in front of it.

    Raises:
        InvalidInput: there is none.
    """
    path, _, fragment = text.strip().partition("#")
    found = _ID.findall(fragment) or _ID.findall(path.partition("?")[0])
    if not found:
        raise InvalidInput(
            f"{argument}: {text[:100]!r} holds no Notion id",
            hint="copy the link of the page or database",
            path=f"$.{argument}",
        )
    return dashed(found[-1])


def is_id(text: str) -> bool:
    """Whether a text is an id, and nothing around it."""
    return bool(_ID.fullmatch(text))


def dashed(compact: str) -> str:
    """``8-4-4-4-12`` from 32 hexadecimal digits with or without dashes."""
    digits = compact.replace("-", "").lower()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def link_to(page_id: str, block_id: str = "") -> str:
    """A link that Notion opens for whoever may see the page; it does not expire."""
    anchor = f"#{block_id.replace('-', '')}" if block_id else ""
    return f"https://www.notion.so/{page_id.replace('-', '')}{anchor}"
