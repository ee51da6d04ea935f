"""Asking the Restate server: calls through its ingress, its state by SQL, our registration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType, TracebackType
from typing import Any, Self
from urllib.parse import quote

import aiohttp
import orjson

from interlock.restate.options import RestateOptions
from interlock.sdk.errors import Conflict, NeedsAttention, ServiceUnavailable
from interlock.sdk.world import World

_TIMEOUT = aiohttp.ClientTimeout(total=30.0)
_OK = 300
_REFUSED = 400
# How long the server needs, at most, to find that a node of it is gone.
_UNSETTLED = (0.1, 0.4, 1.0, 2.0, 4.0, 4.0)
Rows = Sequence[dict[str, Any]]


class _Unsettled(ServiceUnavailable):
    """The server answers, and cannot say."""


class RestateClient:
    """No header of ours carries a token: Restate keeps headers in its journals."""

    def __init__(self, options: RestateOptions, world: World) -> None:
        self._world = world
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

    async def end_of(self, service: str, key: str) -> None:
        """Wait until a run is over, or for a while.

        Raises:
            ServiceUnavailable: the server cannot be reached, or is not any more.
        """
        await self._post(f"{self._ingress}/{service}/of", key, **{"idempotency-key": key})

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

    async def ages(self, service: str, prefix: str) -> dict[str, tuple[int, float]]:
        """Of moments that objects keep under names with a prefix: how many, and the earliest."""
        which = f"service_name = {_quoted(service)} AND key LIKE {_quoted(prefix + '%')}"
        rows = await self.query(
            "SELECT service_key, count(*) AS number, min(CAST(value_utf8 AS DOUBLE)) AS oldest "  # noqa: S608 - quoted
            f"FROM state WHERE {which} GROUP BY service_key"
        )
        return {row["service_key"]: (row["number"], row["oldest"]) for row in rows}

    async def under_way(self, invocation: str) -> Rows:
        """What an invocation does just now: ``{name, since}``, by the names of its ``ctx.run``.

        A single look at one journal: a subquery would ask all nodes, also one that is gone.
        """
        return await self.query(
            "SELECT max(name) AS name, to_unixtime(min(appended_at)) AS since FROM sys_journal "  # noqa: S608 - quoted
            f"WHERE id = {_quoted(invocation)} "
            "AND entry_type IN ('Command: Run', 'Notification: Run') GROUP BY "
            "coalesce(json_get_int(entry_lite_json, 'Command', 'Run', 'completion_id'), "
            "json_get_int(entry_lite_json, 'Notification', 'id', 'CompletionId')) "
            "HAVING count(*) = 1"
        )

    async def texts(self, services: Iterable[str], part: str) -> list[str]:
        """What objects keep that has a part."""
        names = ", ".join(map(_quoted, services))
        which = f"service_name IN ({names}) AND value_utf8 LIKE {_quoted(f'%{part}%')}"
        rows = await self.query(f"SELECT value_utf8 FROM state WHERE {which}")  # noqa: S608 - quoted
        return [row["value_utf8"] for row in rows]

    async def stuck_since(self, service: str) -> float | None:
        """When the first of those invocations began that are not under way and do not wait."""
        rows = await self.query(
            "SELECT to_unixtime(min(created_at)) AS since FROM sys_invocation "  # noqa: S608 - quoted
            f"WHERE target_service_name = {_quoted(service)} "
            "AND status NOT IN ('running', 'suspended', 'completed')"
        )
        return rows[0].get("since") if rows else None

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

    async def invocations(self, service: str, key: str) -> Rows:
        """What an object is at, ``{id, status}``, but for what only waits for it to be free."""
        return await self.query(
            "SELECT id, status FROM sys_invocation WHERE target_service_name = "  # noqa: S608 - quoted
            f"{_quoted(service)} AND target_service_key = {_quoted(key)} "
            "AND status NOT IN ('pending', 'completed')"
        )

    async def attempts(self, invocation: str) -> int:
        """How often an invocation was begun, as far as the server remembers; now is one of them.

        Asked once: whoever asks has something better to do than to wait for the answer.
        """
        which = f"id = {_quoted(invocation)}"
        rows = await self._rows(f"SELECT retry_count FROM sys_invocation WHERE {which}")  # noqa: S608 - quoted
        return rows[0].get("retry_count") or 0 if rows else 0

    async def progress(self, invocation: str) -> int:
        """How much an invocation did for real, and has on record."""
        which = f"id = {_quoted(invocation)} AND entry_type = 'Notification: Run'"
        rows = await self.query(f"SELECT count(*) AS done FROM sys_journal WHERE {which}")  # noqa: S608 - quoted
        return int(rows[0]["done"])

    async def kill(self, invocation: str) -> None:
        """End an invocation where it stands; nothing if it is over."""
        url = f"{self._admin}/invocations/{quote(invocation, safe='')}/kill"
        with suppress(Conflict):
            await self._ask("PATCH", url, None)

    async def query(self, sql: str) -> Rows:
        """Rows of the server's own tables, as its leaders have them now."""
        for pause in _UNSETTLED:
            try:
                return await self._rows(sql)
            except _Unsettled:
                await self._world.sleep(pause)
        return await self._rows(sql)

    async def _rows(self, sql: str) -> Rows:
        rows: Rows = (await self._post(f"{self._admin}/query", {"query": sql}))["rows"]
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

    async def _post(self, url: str, body: Any, **headers: str) -> Any:
        return await self._ask("POST", url, body, headers)

    async def _ask(
        self, method: str, url: str, body: Any, more: Mapping[str, str] = MappingProxyType({})
    ) -> Any:
        headers = {"content-type": "application/json", "accept": "application/json", **more}
        try:
            data = orjson.dumps(body)
            async with self._session.request(method, url, data=data, headers=headers) as answer:
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
        raise (Conflict(message) if _REFUSED <= status < _REFUSED + 100 else _Unsettled(message))


def _message(text: bytes) -> str:
    try:
        return str(orjson.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text[:500].decode(errors="replace")


def _quoted(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"
