"""What a child says on its standard error, in our log: bounded, and without secrets."""

from __future__ import annotations

import logging
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

_LONGEST = 2000
# Colours, titles of windows and other orders to a terminal, which whoever reads the log would obey.
_ORDERS = re.compile(
    r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)


@contextmanager
def logged(
    log: logging.Logger, secrets: Sequence[str], heard: Callable[[str], None]
) -> Iterator[TextIO]:
    """A file to write to, whose lines go to ``log``, and to ``heard`` from another thread."""
    reading, writing = os.pipe()

    def tell(line: str) -> None:
        log.info("stderr: %s", line)
        heard(line)

    hidden = [each for each in secrets if each]
    reader = threading.Thread(target=_read, args=(reading, tell, hidden), daemon=True)
    reader.start()
    with os.fdopen(writing, "w") as file:
        yield file
    reader.join(1.0)


def _read(descriptor: int, tell: Callable[[str], None], secrets: Sequence[str]) -> None:
    with os.fdopen(descriptor, errors="replace") as file:
        # A child that never ends its line must not fill our memory.
        while line := file.readline(_LONGEST):
            text = _ORDERS.sub("", line).rstrip()
            for secret in secrets:
                text = text.replace(secret, "***")
            if text:
                tell(text)
