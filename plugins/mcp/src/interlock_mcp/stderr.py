"""What a child says on its standard error, in our log: bounded, and without secrets."""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TextIO

import anyio
import anyio.to_thread

_LONGEST = 2000
_PATIENCE = 1.0  # seconds
# Colours, titles of windows and other orders to a terminal, which whoever reads the log would obey.
_ORDERS = re.compile(
    r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)


@asynccontextmanager
async def logged(
    log: logging.Logger, secrets: Sequence[str], heard: Callable[[str], None]
) -> AsyncIterator[TextIO]:
    """A file to write to, whose lines go to ``log``, and to ``heard`` from another thread.

    At the end all has been heard, unless somebody still holds the file open.
    """
    reading, writing = os.pipe()

    def tell(line: str) -> None:
        log.info("stderr: %s", line)
        heard(line)

    hidden = [each for each in secrets if each]
    reader = threading.Thread(target=_read, args=(reading, tell, hidden), daemon=True)
    reader.start()
    try:
        with os.fdopen(writing, "w") as file:
            yield file
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(reader.join, _PATIENCE)


def _read(descriptor: int, tell: Callable[[str], None], secrets: Sequence[str]) -> None:
    with os.fdopen(descriptor, errors="replace") as file:
        # A child that never ends its line must not fill our memory.
        while line := file.readline(_LONGEST):
            text = _ORDERS.sub("", line).rstrip()
            for secret in secrets:
                text = text.replace(secret, "***")
            if text:
                tell(text)
