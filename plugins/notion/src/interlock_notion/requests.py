"""Requests to Notion: paced, repeated where that is safe, page by page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any, Literal

import httpx
import orjson

from interlock.sdk import (
    Conflict,
    InterlockError,
    NotFound,
    Rejected,
    Retryable,
    ServiceContext,
    Throttled,
)
from interlock_notion.pace import Pacer, remaining
from interlock_notion.settings import NotionSettings
from interlock_notion.urls import without_expiring_urls

Method = Literal["GET", "POST", "PATCH", "DELETE"]

# A longer pause fails the call, so that its run can wait without holding a worker.
_LONGEST_PAUSE = 60.0
_BACKOFF = 0.5


class Requests:
    """The one place that talks to the API.

    A tool makes many requests, and starting it over because the two hundredth was throttled would
    never end. So a request is repeated here when Notion certainly did not carry it out (429, 529,
    409), and when it only reads.
    """

    def __init__(self, settings: NotionSettings, context: ServiceContext) -> None:
        self.settings = settings
        self._context = context
        self._pacer = Pacer(context.world, settings.rate)
        self._in_flight = asyncio.Semaphore(settings.requests_at_once)

    @property
    def page_size(self) -> int:
        return self.settings.page_size

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        return await self._ask("GET", path, query=query, reads=True)

    async def read(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """A POST that only asks, such as a query."""
        return await self._ask("POST", path, body=body, reads=True)

    async def write(self, method: Method, path: str, body: Any = None) -> dict[str, Any]:
        return await self._ask(method, path, body=body, reads=False)

    async def delete(self, path: str) -> bool:
        """Whether it was there; what is gone already is as good as deleted."""
        try:
            await self.write("DELETE", path)
        except NotFound:
            return False
        return True

    async def pages(
        self, path: str, body: Mapping[str, Any] | None = None, **query: str
    ) -> AsyncIterator[dict[str, Any]]:
        """Every answer of a paginated request, by its cursors; a POST when there is a body.

        Raises:
            Retryable: a cursor came twice, so that the pages would never end.
        """
        cursor: dict[str, Any] = {}
        seen: set[str] = set()
        while True:
            size = self.page_size
            if body is None:
                answer = await self.get(path, **query, page_size=str(size), **cursor)
            else:
                answer = await self.read(path, {**body, "page_size": size, **cursor})
            yield answer
            if not answer.get("has_more") or not answer.get("next_cursor"):
                return
            if answer["next_cursor"] in seen:
                raise Retryable(f"{path}: Notion gave the same cursor twice")
            seen.add(answer["next_cursor"])
            cursor = {"start_cursor": answer["next_cursor"]}

    async def all(self, path: str, **query: str) -> list[dict[str, Any]]:
        """All rows of a paginated GET.

        Raises:
            Rejected: Notion says that it keeps some of them back.
        """
        rows: list[dict[str, Any]] = []
        async for page in self.pages(path, None, **query):
            rows += page["results"]
            if reason := incomplete_reason(page):
                raise Rejected(f"{path}: Notion gave {len(rows)} entries, not all: {reason}")
        return rows

    async def with_links(self, path: str) -> dict[str, Any]:
        """A GET whose links to uploaded files are to be followed at once."""
        return read_body(await self._send("GET", path))

    async def follow(self, url: str) -> tuple[bytes | None, str]:
        """What a link outside of the API gives, and its media type; None for what is too large."""
        most = self.settings.largest_file
        content = bytearray()
        async with self._context.http.stream("GET", url) as response:
            media_type = response.headers.get("content-type", "application/octet-stream")
            async for piece in response.aiter_bytes():
                content += piece
                if len(content) > most:
                    return None, media_type
        return bytes(content), media_type

    async def upload(
        self, path: str, name: str, part: bytes, media_type: str, **form: str
    ) -> dict[str, Any]:
        """Send a file, or a part of one, as a form."""
        files = {"file": (name, part, media_type)}
        return read_body(await self._send("POST", path, files=files, data=form))

    async def pause(self, seconds: float) -> None:
        await self._context.world.sleep(seconds)

    async def _ask(
        self,
        method: Method,
        path: str,
        *,
        reads: bool,
        query: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> dict[str, Any]:
        tries = 0
        while True:
            tries += 1
            try:
                return await self._once(method, path, query or {}, body)
            except (Retryable, Conflict) as error:
                if tries >= self.settings.request_tries or not (reads or not_carried_out(error)):
                    raise
                await self._pause(error, tries)

    async def _once(
        self, method: Method, path: str, query: Mapping[str, str], body: Any
    ) -> dict[str, Any]:
        response = await self._send(method, path, params=dict(query), json=body)
        answer: dict[str, Any] = without_expiring_urls(read_body(response))
        return answer

    async def _send(self, method: Method, url: str, **options: Any) -> httpx.Response:
        async with self._in_flight:
            await self._pacer.turn()
            return await self._context.http.request(method, url, **options)

    async def _pause(self, error: InterlockError, tries: int) -> None:
        seconds = error.retry_after
        if seconds is None:
            seconds = _BACKOFF * 2**tries * (0.5 + self._context.world.random() / 2)
        if seconds > min(_LONGEST_PAUSE, remaining()):
            raise error
        self._context.log.info("repeating a request in %.1f s: %s", seconds, error.message)
        if isinstance(error, Throttled):
            self._pacer.hold(seconds)
        else:
            await self._context.world.sleep(seconds)


def not_carried_out(error: InterlockError) -> bool:
    """Whether a failed write left nothing behind, so that it may be sent again."""
    if isinstance(error, Throttled | Conflict):
        return True
    return isinstance(error, Retryable) and not error.sent


def read_body(response: httpx.Response) -> dict[str, Any]:
    """The answer's object.

    Raises:
        Retryable: not JSON; a proxy on the way answered.
    """
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        raise Retryable(f"the answer to {response.request.url.path} is not JSON") from None
    if not isinstance(body, dict):
        raise Retryable(f"the answer to {response.request.url.path} is not an object")
    return body


def incomplete_reason(answer: Mapping[str, Any]) -> str:
    """Why an answer says that it does not hold all rows; empty if it does not say so."""
    status = answer.get("request_status") or {}
    if status.get("type") != "incomplete":
        return ""
    return str(status.get("incomplete_reason") or "no reason given")
