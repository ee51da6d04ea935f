"""The innermost gate: the tool's errors are brought home."""

from __future__ import annotations

import logging
from collections.abc import Callable

from interlock.calls.call import Call
from interlock.calls.gate import Gate
from interlock.calls.outcome import owned
from interlock.sdk import InterlockError, ServiceBug

Clean = Callable[[InterlockError], InterlockError]

_log = logging.getLogger(__name__)


class Invoke(Gate):
    """Answers for what the tool raises.

    Args:
        transient: errors of the tool that are no bugs.
        clean: takes secrets out of an error.
    """

    def __init__(self, tool: str, transient: tuple[type[Exception], ...], clean: Clean) -> None:
        self._tool = tool
        self._transient = transient
        self._clean = clean

    def fail(self, call: Call, error: BaseException) -> BaseException:
        if not isinstance(error, Exception):
            return error
        if isinstance(error, InterlockError):
            return self._clean(error).with_details(tool=self._tool)
        return _told(self._clean(owned(error, self._tool, self._transient)), call)


def _told(error: InterlockError, call: Call) -> InterlockError:
    """A bug's caller gets its kind and where to look; the log gets the rest."""
    if isinstance(error, ServiceBug):
        key = call.idempotency_key
        _log.error("%s failed in call %s", call.tool, key, exc_info=error.__cause__)
        error.hint = f"a bug of the plugin; the daemon's log has more under {key}"
    return error
