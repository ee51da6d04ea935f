"""The plugin under torture: every tool is one request to the service that counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.sdk import Rejected, Retryable, Service, Settings, current_call, hookimpl, tool


class CounterSettings(Settings):
    url: str


class Counter(Service[CounterSettings]):
    """Asks the counting service; a lost answer looks like a lost request."""

    async def _ask(self, path: str, number: int) -> Any:
        headers = {"Idempotency-Key": current_call().idempotency_key}
        answer = await self.http.post(
            f"{self.settings.url}/{path}", json={"n": number}, headers=headers
        )
        if answer.status_code >= 500:
            raise Retryable(f"the counter answered {answer.status_code}")
        if answer.status_code >= 400:
            raise Rejected(f"the counter refused: {answer.status_code}")
        return answer.json()["n"]

    @tool(effect="write", idempotent=True)
    async def add(self, n: int) -> int:
        """One more; a repetition under one key changes nothing."""
        return int(await self._ask("add", n))

    @tool(effect="write", idempotent=False)
    async def once(self, n: int) -> int:
        """One more; a repetition would be a second effect."""
        return int(await self._ask("once", n))

    @tool(effect="write", idempotent=True)
    async def book(self, n: int) -> int:
        """Take something."""
        return int(await self._ask("book", n))

    @tool(effect="write", idempotent=True)
    async def free(self, n: int) -> int:
        """Give it back."""
        return int(await self._ask("free", n))

    @tool(effect="write", idempotent=True)
    async def refuse(self) -> int:
        """Never succeeds."""
        raise Rejected("the last step always fails")


@hookimpl
def interlock_services() -> Mapping[str, type[Service[Any]]]:
    return {"counter": Counter}
