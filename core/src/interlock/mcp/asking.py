"""Calls that a person at the client has to agree to, each one: with what tool, and what arguments.

The agreement is for one call: a client carries it sealed, bound to caller, tool and arguments, and
it is used up by the call, also over a restart.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

import orjson

from interlock.config import ExposedConfig
from interlock.journal import Answer
from interlock.mcp.client import Client, Context
from interlock.mcp.offers import Offer
from interlock.runtime import Runtime, current_caller
from interlock.runtime.auditing import record
from interlock.sdk import Conflict, InterlockError, NeedsAttention

_STATE = "agree:"
_KEY = "agree"
_LONGEST = 4000
_NOTHING: dict[str, Any] = {"type": "object", "properties": {}}


class Declined(InterlockError):
    """A person did not agree to the call."""

    code = "declined"


class Asking:
    """Asks a person before a call that needs an agreement.

    Args:
        lasts: seconds for which an agreement may be carried.
    """

    def __init__(self, runtime: Runtime, exposed: ExposedConfig, lasts: float) -> None:
        self._runtime = runtime
        self._exposed = exposed
        self._lasts = lasts
        self._spending: set[str] = set()

    async def settled(
        self, context: Context, offer: Offer, arguments: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """What has to be answered before the call may be made; None if it may.

        Raises:
            Declined: the person did not agree.
            Conflict: the agreement was used up before.
            NeedsAttention: the client cannot put questions.
        """
        given = context.params or {}
        state = str(given.get("requestState") or "")
        if not self._asks(offer) or (state and not is_agreement(state)):
            # A run that asks something itself was agreed to before it was started.
            return None
        client = Client.of(context)
        if not client.elicits:
            raise NeedsAttention(
                f"{offer.name} is called only if a person agrees, and this client asks nobody",
                hint="use a client with elicitation; see mcp.ask_first",
            )
        if not client.modern:
            message = _question(offer, arguments)
            result = await context.session.elicit_form(message, _NOTHING, context.request_id)
            self._decided(offer, result.action)
            return None
        responses = given.get("inputResponses")
        answered = responses.get(_KEY) if isinstance(responses, Mapping) else None
        if not state or not isinstance(answered, Mapping):
            return self._ask(offer, arguments)
        await self._spend(state)
        self._decided(offer, answered.get("action"))
        return None

    def _asks(self, offer: Offer) -> bool:
        wanted = self._exposed.ask_destructive and offer.wire["annotations"]["destructiveHint"]
        return wanted or any(fnmatchcase(offer.name, each) for each in self._exposed.ask_first)

    def _ask(self, offer: Offer, arguments: Mapping[str, Any]) -> dict[str, Any]:
        params = {
            "mode": "form",
            "message": _question(offer, arguments),
            "requestedSchema": _NOTHING,
        }
        return {
            "resultType": "input_required",
            "inputRequests": {_KEY: {"method": "elicitation/create", "params": params}},
            "requestState": f"{_STATE}{self._runtime.world.new_id()}",
        }

    def _decided(self, offer: Offer, action: Any) -> None:
        outcome = "ok" if action == "accept" else "declined"
        record(self._runtime, current_caller(), "tool.agree", offer.name, outcome)
        if action != "accept":
            raise Declined(f"nobody agreed to the call of {offer.name}; it was not made")

    async def _spend(self, state: str) -> None:
        answers, now = self._runtime.journal.answers, self._runtime.world.time()
        if state in self._spending or await answers.get(state, now) is not None:
            raise Conflict("this agreement was used for a call before", hint="call again to ask")
        self._spending.add(state)
        try:
            await answers.put(state, Answer("", 200, b"null"), now, now + self._lasts)
        finally:
            self._spending.discard(state)


def is_agreement(state: str) -> bool:
    """Whether this is what a client carries for :class:`Asking`."""
    return state.startswith(_STATE)


def _question(offer: Offer, arguments: Mapping[str, Any]) -> str:
    """With the tool's own name, whatever it is called at this endpoint, and all arguments."""
    text = orjson.dumps(arguments, option=orjson.OPT_INDENT_2).decode()
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}… [{len(text)} characters]"
    return f"Call {offer.name} with\n{text}"
