"""The innermost step: the tool itself, with its context set and its errors brought home."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from interlock.calls.call import Call, Next
from interlock.calls.outcome import owned
from interlock.sdk import InterlockError, ServiceBug
from interlock.sdk.context import running_call

Clean = Callable[[InterlockError], InterlockError]

_log = logging.getLogger(__name__)


def invoke(
    tool: str,
    method: Callable[[Call], Awaitable[Any]],
    transient: tuple[type[Exception], ...],
    clean: Clean,
) -> Next:
    """
    Args:
        clean: takes secrets out of an error.
    """

    async def invoked(call: Call) -> Any:
        token = running_call.set(call)
        try:
            return await method(call)
        except InterlockError as error:
            clean(error).with_details(tool=tool)
            raise
        except Exception as error:
            raise _told(clean(owned(error, tool, transient)), call) from error
        finally:
            running_call.reset(token)

    return invoked


def _told(error: InterlockError, call: Call) -> InterlockError:
    """A bug's caller gets its kind and where to look; the log gets the rest."""
    if isinstance(error, ServiceBug):
        key = call.idempotency_key
        _log.error("%s failed in call %s", call.tool, key, exc_info=error.__cause__)
        error.hint = f"a bug of the plugin; the daemon's log has more under {key}"
    return error
