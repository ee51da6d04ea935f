"""Asking the Restate server: calls through its ingress, its state by SQL, our registration."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import aiohttp
import orjson

from interlock.restate.options import RestateOptions
from interlock.sdk.errors import Conflict, NeedsAttention, ServiceUnavailable

_TIMEOUT = aiohttp.ClientTimeout(total=30.0)
_OK = 300
_REFUSED = 400
Rows = Sequence[dict[str, Any]]


class RestateClient:
    """No header of ours carries a token: Restate keeps headers in its journals."""

    def __init__(self, options: RestateOptions) -> None:
        self._ingress = options.ingress.rstrip("/")
        self._admin = options.admin.rstrip("/")

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=_TIMEOUT)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def call(self, service: str, key: str, handler: str, argument: Any) -> Any:
        """What a handler of an object answers; what it did is durable then.

        Raises:
            ServiceUnavailable: the server cannot be reached; it may have been done all the same.
            Conflict: the handler refused.
        """
        answer = await self._post(self._url(service, key, handler), argument)
        if isinstance(answer, dict) and "conflict" in answer:
            raise Conflict(answer["conflict"])
        return answer

    async def send(self, service: str, key: str, handler: str, argument: Any) -> None:
        """Have a handler do something; that it will is durable then, even if nobody is there."""
        await self._post(f"{self._url(service, key, handler)}/send", argument)

    def _url(self, service: str, key: str, handler: str) -> str:
        return f"{self._ingress}/{service}/{quote(key, safe='')}/{handler}"

    async def state(self, service: str, key: str) -> dict[str, Any]:
        """The state of one object; nothing if there is no such object."""
        which = f"service_name = {_quoted(service)} AND service_key = {_quoted(key)}"
        rows = await self.query(f"SELECT key, value_utf8 FROM state WHERE {which}")  # noqa: S608 - quoted
        return {row["key"]: orjson.loads(row["value_utf8"]) for row in rows}

    async def values(self, service: str, name: str) -> dict[str, Any]:
        """What all objects of a service keep under a name, by their keys."""
        which = f"service_name = {_quoted(service)} AND key = {_quoted(name)}"
        rows = await self.query(f"SELECT service_key, value_utf8 FROM state WHERE {which}")  # noqa: S608 - quoted
        return {row["service_key"]: orjson.loads(row["value_utf8"]) for row in rows}

    async def trouble(self, service: str, key: str) -> str | None:
        """Why an object does not get on with what it does, if it does not."""
        rows = await self.query(
            "SELECT last_failure, status FROM sys_invocation WHERE target_service_name = "  # noqa: S608 - quoted
            f"{_quoted(service)} AND target_service_key = {_quoted(key)} "
            "AND status IN ('backing-off', 'paused')"
        )
        if not rows:
            return None
        what = "tries again" if rows[0]["status"] == "backing-off" else "has given up"
        return f"Restate {what}: {rows[0].get('last_failure') or 'no daemon answers'}"

    async def query(self, sql: str) -> Rows:
        """Rows of the server's own tables, as its leaders have them now."""
        answer = await self._post(f"{self._admin}/query", {"query": sql})
        rows: Rows = answer["rows"]
        return rows

    async def register(self, url: str) -> None:
        """Tell the server where the daemons are.

        Raises:
            NeedsAttention: the server cannot use that address.
        """
        try:
            await self._post(f"{self._admin}/deployments", {"uri": url, "force": True})
        except Conflict as error:
            raise NeedsAttention(
                f"Restate cannot use the daemon at {url}: {error.message}",
                hint="engine.advertise has to be an address that Restate reaches by HTTP/2",
            ) from None

    async def _post(self, url: str, body: Any) -> Any:
        headers = {"content-type": "application/json", "accept": "application/json"}
        try:
            async with self._session.post(url, data=orjson.dumps(body), headers=headers) as answer:
                text = await answer.read()
                status = answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            raise ServiceUnavailable(
                f"Restate does not answer at {url}: {reason}",
                hint="what was asked may have been done all the same",
            ) from None
        if status < _OK:
            return orjson.loads(text) if text else None
        message = f"Restate answered {status} at {url}: {_message(text)}"
        raise (
            Conflict(message)
            if _REFUSED <= status < _REFUSED + 100
            else (ServiceUnavailable(message))
        )


def _message(text: bytes) -> str:
    try:
        return str(orjson.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text[:500].decode(errors="replace")


def _quoted(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"
