"""The world outside of an engine: tools with effects that are counted, and with bad luck."""

from __future__ import annotations

import asyncio
import inspect
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from interlock.sdk import Facts, NotFound
from interlock.sdk.context import OnProgress

READ = Facts(effect="read", idempotent=True)
IDEMPOTENT = Facts(effect="write", idempotent=True)
WRITE = Facts(effect="write", idempotent=False)

Dies = Callable[[str], bool]


class Service:
    """Implements ``CallPort``.

    Attributes:
        made: ``(tool, idempotency key)`` of every call that had its effect, in that order.
        progress: who hears how far the last call of a tool is.
        kill: ends the process that calls; set by the harness for each life.
        before, after: whether the process dies at a call with this key: before that has its
            effect, or after, but before its answer arrives.
    """

    def __init__(self) -> None:
        self._tools: dict[str, tuple[Callable[..., Any], Facts]] = {}
        self.made: list[tuple[str, str]] = []
        self.arguments: list[Mapping[str, Any]] = []
        self.progress: dict[str, OnProgress] = {}
        self.kill: Callable[[], None] = lambda: None
        self.before: Dies = lambda _: False
        self.after: Dies = lambda _: False

    def add(self, name: str, function: Callable[..., Any], facts: Facts = READ) -> None:
        self._tools[name] = (function, facts)

    def facts(self, tool: str) -> Facts:
        if tool not in self._tools:
            raise NotFound(f"no tool {tool}")
        return self._tools[tool][1]

    def __call__(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        idempotency_key: str,
        on_progress: OnProgress | None = None,
        **_: Any,
    ) -> Coroutine[Any, Any, Any]:
        if on_progress is not None:
            self.progress[tool] = on_progress
        return self._call(tool, arguments, idempotency_key)

    async def _call(self, tool: str, arguments: Mapping[str, Any], key: str) -> Any:
        self.facts(tool)
        if self.before(key):
            await self._die()
        self.made.append((tool, key))
        self.arguments.append(arguments)
        dies = self.after(key)
        result = self._tools[tool][0](**arguments)
        answer = await result if inspect.isawaitable(result) else result
        if dies:
            await self._die()
        return answer

    async def _die(self) -> None:
        self.kill()
        await asyncio.Event().wait()

    def count(self, tool: str) -> int:
        """How often a tool was called."""
        return Counter(name for name, _ in self.made)[tool]

    def effects(self, tool: str) -> int:
        """How often it had an effect that its service took for a new one."""
        return len({key for name, key in self.made if name == tool})

    def order(self, *tools: str) -> list[str]:
        """The calls of these tools, repetitions under one key left out."""
        return [name for name, _ in dict.fromkeys(self.made) if name in tools]
