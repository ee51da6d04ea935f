"""Sessions of browsers: the token stays here, the browser has a random name for it.

The token is checked again with every request, so that a session ends when its token does.
"""

from __future__ import annotations

import hashlib
import secrets

from interlock.sdk import World

LASTS = 12 * 3600.0  # seconds
_MOST = 1000
_BYTES = 32


class Sessions:
    """Tokens by the hashes of their sessions' names, in memory only."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tokens: dict[str, tuple[str, float]] = {}

    def open(self, token: str) -> str:
        """The name of a new session; where there are too many, the oldest ends."""
        self._forget_old()
        name = secrets.token_urlsafe(_BYTES)
        self._tokens[_hashed(name)] = (token, self._world.monotonic() + LASTS)
        return name

    def token(self, name: str) -> str | None:
        """None if the session is over, or never was."""
        token, until = self._tokens.get(_hashed(name), (None, 0.0))
        return token if self._world.monotonic() < until else None

    def close(self, name: str) -> None:
        self._tokens.pop(_hashed(name), None)

    def _forget_old(self) -> None:
        now = self._world.monotonic()
        self._tokens = {key: each for key, each in self._tokens.items() if now < each[1]}
        while len(self._tokens) >= _MOST:
            del self._tokens[next(iter(self._tokens))]


def _hashed(name: str) -> str:
    """What is looked up is a hash, so that the time it takes tells nothing about the name."""
    return hashlib.sha256(name.encode()).hexdigest()
