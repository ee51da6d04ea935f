"""File keys and node ids, as people paste them."""

from __future__ import annotations

import re

from interlock.sdk import InvalidInput

_URL = re.compile(
    r"figma\.com/(?:file|design|proto|board|community/file)/([0-9A-Za-z]+)"
    r"(?:/branch/([0-9A-Za-z]+))?"
)
_KEY = re.compile(r"[0-9A-Za-z_-]+")


def file_key(text: str) -> str:
    """The key from a key or from any link to the file; a branch has a key of its own.

    Raises:
        InvalidInput: it is neither.
    """
    text = text.strip()
    if match := _URL.search(text):
        return match[2] or match[1]
    if _KEY.fullmatch(text):
        return text
    raise InvalidInput(
        f"{text[:80]!r} is neither a Figma file key nor a link to a file", path="$.file_key"
    )


def node_ids(ids: list[str]) -> str:
    """The ``ids`` parameter; a link writes ``1-2`` for the id ``1:2``."""
    return ",".join(text.strip().replace("-", ":") for text in ids)


def plain_id(text: str) -> str:
    """An id that can stand in a path.

    Raises:
        InvalidInput: it could lead elsewhere.
    """
    if not _KEY.fullmatch(text):
        raise InvalidInput(f"{text[:80]!r} is no id")
    return text
