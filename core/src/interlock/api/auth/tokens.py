"""Bearer tokens of the configuration, known by their hashes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping

from interlock.runtime import Caller

_BYTES = 32
_PREFIX = "ilk_"  # lets scanners for leaked secrets recognise one


def new_token() -> str:
    """256 random bits, so that a plain hash of it is enough."""
    return _PREFIX + secrets.token_urlsafe(_BYTES)


def hashed(token: str) -> str:
    """SHA-256 in hex, as ``api.tokens`` holds it."""
    return hashlib.sha256(token.encode()).hexdigest()


class Tokens:
    """Callers by the hashes of their tokens; ``names`` are theirs."""

    def __init__(self, callers: Mapping[str, Caller]) -> None:
        self._callers = tuple(callers.items())
        self.names = frozenset(caller.name for caller in callers.values())

    def find(self, token: str) -> Caller | None:
        """Whose token it is; takes as long for a wrong one as for a right one."""
        digest = hashed(token)
        found = None
        for known, caller in self._callers:
            if hmac.compare_digest(known, digest):
                found = caller
        return found
