"""The innermost step: the tool itself, with its context set and its errors brought home."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from interlock.calls.call import Call, Next
from interlock.calls.outcome import owned
from interlock.sdk import InterlockError
from interlock.sdk.context import running_call


def invoke(
    tool: str, method: Callable[[Call], Awaitable[Any]], transient: tuple[type[Exception], ...]
) -> Next:
    async def invoked(call: Call) -> Any:
        token = running_call.set(call)
        try:
            return await method(call)
        except InterlockError as error:
            error.with_details(tool=tool)
            raise
        except Exception as error:
            raise owned(error, tool, transient) from error
        finally:
            running_call.reset(token)

    return invoked
