"""The program of a worker process: ``python -m interlock_data.work``.

It reads requests from its standard input and answers each on its standard output; both are JSON
with the length before it. Nothing that a caller sends is unpickled, in either direction.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from typing import Any, BinaryIO

import orjson

from interlock.sdk import InterlockError, Rejected, ServiceBug

LENGTH = 8
"""Bytes of the length before each message, the highest first."""


def framed(message: bytes) -> bytes:
    return len(message).to_bytes(LENGTH, "big") + message


def main() -> None:
    # Ctrl-C reaches the whole process group; the service decides when its workers end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What a library prints must not come between the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    while request := _received(requests):
        answers.write(framed(_answer(request)))
        answers.flush()


def _received(requests: BinaryIO) -> bytes:
    """The next request; nothing once the service is gone."""
    length = requests.read(LENGTH)
    return requests.read(int.from_bytes(length, "big")) if len(length) == LENGTH else b""


def _answer(request: bytes) -> bytes:
    order = orjson.loads(request)
    _limit(order["max_memory"], order["max_time"])
    try:
        result = dumped(_done(order), order["max_size"], "the results")
        return orjson.dumps({"result": orjson.Fragment(result)})
    except InterlockError as error:
        return orjson.dumps({"problem": error.to_problem()}, default=str)
    except MemoryError:
        return orjson.dumps({"problem": out_of_memory(order["max_memory"]).to_problem()})
    except RecursionError:
        problem = Rejected("the data is nested too deeply").to_problem()
        return orjson.dumps({"problem": problem})
    except Exception as error:  # noqa: BLE001 - whatever it is, the service has to hear of it
        traceback.print_exc()
        bug = ServiceBug(f"{order['work']} failed: {type(error).__name__}: {error}")
        return orjson.dumps({"problem": bug.to_problem()})


def _done(order: dict[str, Any]) -> Any:
    return _function(order["work"])(**order["arguments"])


def _function(work: str) -> Callable[..., Any]:
    """Raises AttributeError or ModuleNotFoundError: there is none."""
    module, _, name = work.partition(":")
    function: Callable[..., Any] = getattr(import_module(f"interlock_data.{module}"), name)
    return function


def known(work: str) -> None:
    """Work that only imports what other work needs."""
    _function(work)


def _limit(memory: int, seconds: float) -> None:
    if sys.platform != "win32":
        # Ends the process should the service be gone and nobody else ends it.
        signal.setitimer(signal.ITIMER_REAL, seconds + 60)
    if sys.platform == "linux":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (memory, hard))


def dumped(value: Any, max_size: int, what: str) -> bytes:
    """A value as JSON; Rejected if it is none or too large."""
    try:
        data = orjson.dumps(value)
    except TypeError as error:
        raise Rejected(f"{what} cannot be written as JSON: {error}") from None
    if len(data) > max_size:
        raise Rejected(
            f"{what} take {len(data)} bytes as JSON, more than the {max_size} allowed",
            hint="raise max_size in the service's settings",
            size=len(data),
            limit=max_size,
        )
    return data


def out_of_memory(limit: int) -> Rejected:
    return Rejected(
        f"the work needs more than the {limit} bytes of memory allowed",
        hint="give it less data, or raise max_memory in the service's settings",
    )


if __name__ == "__main__":
    main()
