"""How an API hands out long lists, and what has to be asked for the next part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import httpx
from pydantic import BaseModel, ConfigDict, Field

from interlock.sdk import InvalidInput
from interlock_http.jmespaths import JmesPath, look_up

Position = str | int
"""Where a page begins: a cursor, a number, or a URL. What ``next`` of a result holds."""

POSITION_SCHEMA: dict[str, Any] = {
    "type": ["string", "integer", "null"],
    "description": "`next` of the page before; default: the first page",
}


class _Paging(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    items: JmesPath = Field("@", description="JMESPath to the list in an answer")
    collect: bool = Field(
        True, description="all pages in one call; off: one page, and `next` to ask for another"
    )
    max_items: int = Field(
        1000, ge=1, description="of a call that collects; more are left out, and the result says so"
    )


class _ByArgument(_Paging):
    argument: str


class Cursor(_ByArgument):
    """The answer holds what to ask for the next part."""

    kind: Literal["cursor"]
    argument: str = Field(description="argument that takes the cursor")
    next: JmesPath = Field(description="JMESPath to the cursor in an answer")

    def following(
        self, arguments: Mapping[str, Any], answer: Any, response: httpx.Response, count: int
    ) -> Position | None:
        cursor = look_up(self.next, answer)
        return cursor if isinstance(cursor, str | int) and cursor not in ("", False) else None


class Pages(_ByArgument):
    """Numbered pages; an empty one, or a shorter one than asked for, is the last."""

    kind: Literal["page"]
    argument: str = Field("page", description="argument that takes the number of the page")
    first: int = Field(1, description="number of the first page")
    size: int | None = Field(None, description="how many a full page has, if that is known")

    def following(
        self, arguments: Mapping[str, Any], answer: Any, response: httpx.Response, count: int
    ) -> Position | None:
        if count == 0 or (self.size is not None and count < self.size):
            return None
        return _number(arguments, self.argument, self.first) + 1


class Offset(_ByArgument):
    """So many are skipped."""

    kind: Literal["offset"]
    argument: str = Field("offset", description="argument that takes how many are skipped")
    size: int | None = Field(None, description="how many a full part has, if that is known")

    def following(
        self, arguments: Mapping[str, Any], answer: Any, response: httpx.Response, count: int
    ) -> Position | None:
        if count == 0 or (self.size is not None and count < self.size):
            return None
        return _number(arguments, self.argument, 0) + count


class Link(_Paging):
    """A ``Link`` header with ``rel="next"`` (RFC 8288), or a URL in the answer."""

    kind: Literal["link"]
    next: JmesPath | None = Field(None, description="JMESPath to the URL; default: the header")

    def following(
        self, arguments: Mapping[str, Any], answer: Any, response: httpx.Response, count: int
    ) -> Position | None:
        if self.next is not None:
            url = look_up(self.next, answer)
        else:
            url = response.links.get("next", {}).get("url")
        return str(response.url.join(url)) if isinstance(url, str) and url else None


Paging = Annotated[Cursor | Pages | Offset | Link, Field(discriminator="kind")]


def _number(arguments: Mapping[str, Any], name: str, default: int) -> int:
    value = arguments.get(name, default)
    try:
        return int(value)
    except (TypeError, ValueError):
        raise InvalidInput(f"{name}: {value!r} is no number", path=f"$.{name}") from None


def argument_of(paging: Paging) -> str:
    """The argument that takes the position; "" if that is a URL."""
    return "" if isinstance(paging, Link) else paging.argument
