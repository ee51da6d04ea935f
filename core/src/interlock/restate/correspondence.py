"""What a life and its desk tell each other."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from restate import ObjectContext

from interlock.journal import RunRecord
from interlock.restate.mail import Message
from interlock.restate.reactor import Reactor
from interlock.restate.wire import JSON, Names, tell


class Correspondence:
    """Mail comes by an awakeable, which the desk resolves; how the run stands goes by messages.

    Args:
        heed: told of each message.
    """

    def __init__(
        self,
        ctx: ObjectContext,
        names: Names,
        run: RunRecord,
        life: int,
        reactor: Reactor,
        heed: Callable[[Message], Awaitable[None]],
    ) -> None:
        self._ctx = ctx
        self._names = names
        self._run = run
        self._life = life
        self._reactor = reactor
        self._heed = heed
        self._told = (run.status, run.waiting)

    def listen(self, after: int = 0) -> None:
        """Hear of what has come since the message of this number."""
        awakeable, mail = self._ctx.awakeable(JSON)
        wait = {"awakeable": awakeable, "after": after}
        tell(self._ctx, self._names.desk, self._run.id, "listen", wait)
        self._reactor.on(mail, self._received)

    async def _received(self, messages: list[Any]) -> None:
        for _, message in messages:
            await self._heed(message)
        self.listen(messages[-1][0])

    def stand(self, status: Any, waiting: dict[str, Any] | None = None) -> None:
        """Say how the run stands now, unless that was said."""
        if (status, waiting) != self._told:
            self._told = (status, waiting)
            changes = {"life": self._life, "status": status, "waiting": waiting}
            tell(self._ctx, self._names.desk, self._run.id, "stand", changes)
