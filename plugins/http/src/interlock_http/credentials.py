"""What goes along with a request to prove who we are, and who gives it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Credentials:
    """What goes along with a request."""

    headers: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)


class Authoriser(Protocol):
    """Gives credentials."""

    async def credentials(self) -> Credentials: ...

    def refused(self, credentials: Credentials) -> bool:
        """The API does not take these; whether others can be had."""
        ...


class Fixed:
    """The same ones for every request."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    async def credentials(self) -> Credentials:
        return self._credentials

    def refused(self, credentials: Credentials) -> bool:
        return False


class Together:
    """All of these at once."""

    def __init__(self, authorisers: Sequence[Authoriser]) -> None:
        self._authorisers = authorisers

    async def credentials(self) -> Credentials:
        headers: dict[str, str] = {}
        query: dict[str, str] = {}
        for each in self._authorisers:
            found = await each.credentials()
            cookies = [part["Cookie"] for part in (headers, found.headers) if "Cookie" in part]
            headers |= found.headers
            query |= found.query
            if cookies:
                headers["Cookie"] = "; ".join(cookies)
        return Credentials(headers, query)

    def refused(self, credentials: Credentials) -> bool:
        # Each is told, so each can get itself others.
        renewable = [each.refused(credentials) for each in self._authorisers]
        return any(renewable)


def basic(name: str, password: str) -> str:
    """Value of an ``Authorization`` header (RFC 7617)."""
    return f"Basic {b64encode(f'{name}:{password}'.encode()).decode()}"
