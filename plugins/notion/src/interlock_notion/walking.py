"""A walk through rows, one request a step, that can be put aside and taken up again."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson

from interlock.sdk import InvalidInput, Retryable
from interlock_notion.requests import Requests, incomplete_reason

Row = dict[str, Any]

_QUERY = re.compile(r"/v1/(data_sources|databases)/[0-9a-f-]{36}/query")


@dataclass
class Walk:
    """Where a walk stands.

    Attributes:
        path: of the query's end point.
        numbered: name of a unique id to walk by, in place of the creation time.
        start: creation time (or number) at which the window begins; empty for the first.
        cursor: Notion's, within the window.
        latest: creation time (or number) of the last row.
        edge: ids of the rows created at ``latest``: the next window begins with them again.
        passed: ids at the beginning of the window that the last one gave.
        done: there is no further step.
        incomplete: why rows are missing.
    """

    path: str
    filter: Mapping[str, Any] | None = None
    numbered: str = ""
    start: str = ""
    cursor: str = ""
    latest: str = ""
    edge: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    done: bool = False
    incomplete: str = ""

    async def step(self, requests: Requests, most: int | None = None) -> list[Row]:
        """The rows of one more request, without those given before.

        Raises:
            Retryable: Notion gave the same cursor twice.
        """
        answer = await requests.read(self.path, self._question(most or requests.page_size))
        known = frozenset(self.passed)
        rows = [row for row in answer["results"] if row.get("id") and row["id"] not in known]
        for row in rows:
            self._note(row)
        following = str(answer.get("next_cursor") or "") if answer.get("has_more") else ""
        if following and following == self.cursor:
            raise Retryable(f"{self.path}: Notion gave the same cursor twice")
        self.cursor = following
        if not following:
            self._close(incomplete_reason(answer))
        return rows

    def _question(self, size: int) -> dict[str, Any]:
        by = {"property": self.numbered} if self.numbered else {"timestamp": "created_time"}
        body: dict[str, Any] = {"sorts": [{**by, "direction": "ascending"}], "page_size": size}
        condition = within(self.filter, self._window()) if self.start else self.filter
        if condition:
            body["filter"] = condition
        if self.cursor:
            body["start_cursor"] = self.cursor
        return body

    def _window(self) -> dict[str, Any]:
        if self.numbered:
            return {"property": self.numbered, "unique_id": {"greater_than": int(self.start)}}
        return {"timestamp": "created_time", "created_time": {"on_or_after": self.start}}

    def _note(self, row: Row) -> None:
        if self.numbered:
            prop = (row.get("properties") or {}).get(self.numbered) or {}
            self.latest = str((prop.get("unique_id") or {}).get("number") or self.latest)
            return
        created = str(row.get("created_time") or "")
        if created != self.latest:
            self.latest, self.edge = created, []
        self.edge.append(row["id"])

    def _close(self, reason: str) -> None:
        """The window is at its end: so is the walk, unless rows were kept back."""
        if not reason:
            self.done = True
        elif not self.latest or self.latest == self.start:
            self.done = True
            self.incomplete = (
                f"{reason}; more rows than one query gives were created at {self.start or 'once'}"
            )
        else:
            self.start, self.passed, self.edge = self.latest, self.edge, []

    def token(self) -> str:
        """The walk as a text that :func:`resumed` takes; empty when it is over."""
        return "" if self.done else base64.urlsafe_b64encode(orjson.dumps(asdict(self))).decode()


def resumed(token: str) -> Walk:
    """The walk of a token.

    Raises:
        InvalidInput: it is not one of ours.
    """
    try:
        walk = Walk(**orjson.loads(base64.urlsafe_b64decode(token)))
        if not _QUERY.fullmatch(walk.path):
            raise ValueError(walk.path)
        return walk
    except (binascii.Error, orjson.JSONDecodeError, TypeError, ValueError):
        raise InvalidInput("the cursor is not one that this tool gave", path="$.cursor") from None


def within(condition: Mapping[str, Any] | None, window: Mapping[str, Any]) -> dict[str, Any]:
    """The filter, for rows in the window only.

    Notion takes two levels of ``and`` and ``or``, so the window goes into the branches instead of
    around them.
    """
    if not condition:
        return dict(window)
    if "and" in condition:
        return {"and": [*condition["and"], window]}
    if "or" in condition:
        return {"or": [within(branch, window) for branch in condition["or"]]}
    return {"and": [dict(condition), window]}
