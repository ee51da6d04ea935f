"""Which headers may leave.

aiohttp finds most that may not, by an error of its own; h2 finds none. What a server takes for two
headers is an attack, and over HTTP/2 a server ends the connection of all requests for it.
"""

from __future__ import annotations

import re
from functools import lru_cache

import httpx

# RFC 9110 5.1 and 5.5.
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


def refuse_malformed(request: httpx.Request) -> None:
    """Refuse a request with a header that is none.

    Raises:
        httpx.LocalProtocolError: it has one.
    """
    for name, value in request.headers.raw:
        if not _is_name(name) or _CONTROL.search(value):
            raise httpx.LocalProtocolError(f"{name!r} is no header, or its value is none")


@lru_cache(maxsize=1024)
def _is_name(name: bytes) -> bool:
    return _NAME.fullmatch(name) is not None
