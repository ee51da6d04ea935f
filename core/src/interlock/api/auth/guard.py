"""Who is let in: Host and Origin are checked first, then the bearer token.

Host and Origin keep a browser page on another site from reaching a daemon on loopback (DNS
rebinding); the token keeps other users of the machine out, and says who asks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from interlock.api.auth.oauth import AccessTokens
from interlock.api.auth.pace import Pace
from interlock.api.auth.tokens import Tokens
from interlock.api.refusals import TooManyRequests, Unauthorized, WrongHost
from interlock.runtime import Caller, Forbidden
from interlock.sdk import RealWorld, World
from interlock.sdk.quantities import Rate

LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})
ANYBODY = Caller("anybody")
METADATA = "/.well-known/oauth-protected-resource"

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/?#@,\[\]]+)(?::\d{1,5})?")
_OPEN_PATHS = ("/health", "/hooks/", METADATA)
RATE = Rate(3000, 1.0)
_WRONG_TOKENS = Rate(30, 60.0)


@dataclass
class Guard:
    """What the daemon accepts.

    Attributes:
        hosts: names under which the daemon is addressed, without ports.
        oauth: accepts access tokens of an issuer as well.
        rate: of one token, or of one address where no token is asked for.
    """

    tokens: Tokens
    hosts: Collection[str] = LOOPBACK
    oauth: AccessTokens | None = None
    rate: Rate = RATE
    world: World = RealWorld()  # noqa: RUF009 - has no state

    def __post_init__(self) -> None:
        self._pace = Pace(self.rate, self.world)
        self._wrong = Pace(_WRONG_TOKENS, self.world)

    def become(self, other: Guard) -> None:
        """Accept what another guard does, from the next request on."""
        self.__dict__.update(other.__dict__)

    async def admit(self, path: str, headers: Mapping[str, str], address: str) -> Caller:
        """Who asks.

        Args:
            headers: by name in lower case.

        Raises:
            WrongHost: another host name.
            Forbidden: a page of another site.
            Unauthorized: no token, or not a valid one.
            TooManyRequests: by this token or address.
        """
        self._check_names(headers)
        if path.startswith(_OPEN_PATHS):
            self._count(f"address {address}")
            return ANYBODY
        scheme, _, token = headers.get("authorization", "").partition(" ")
        try:
            caller = await self._caller(token.strip() if scheme.lower() == "bearer" else "")
        except Unauthorized:
            # Only wrong tokens are slowed down, so that nobody can lock the others out.
            _refuse(self._wrong.take(address))
            raise
        self._count(f"caller {caller.name}")
        return caller

    def challenge(self, error: Exception) -> str | None:
        """What ``WWW-Authenticate`` says to a client that was refused (RFC 6750, RFC 9728)."""
        words: dict[str, Any] = {}
        if isinstance(error, Forbidden):
            if "scope" not in error.details:
                return None
            words = {"error": "insufficient_scope", "scope": error.details["scope"]}
        if self.oauth is not None:
            words["resource_metadata"] = metadata_url(self.oauth.audience)
        return " ".join(["Bearer", ", ".join(f'{k}="{v}"' for k, v in words.items())]).strip()

    async def _caller(self, token: str) -> Caller:
        if not token:
            raise Unauthorized(
                "a bearer token is required",
                hint="`interlock token show` prints that of this machine's daemon; for another one "
                "set INTERLOCK_TOKEN, or use --token-file",
            )
        found = self.tokens.find(token)
        if found is not None:
            return found
        if self.oauth is not None and token.count(".") == 2:
            subject = await self.oauth.check(token)
            if subject.name in self.tokens.names:
                # Sessions, tasks and answers are known by the name; it cannot stand for two.
                raise Unauthorized("the token's subject has the name of one of api.tokens")
            return subject
        raise Unauthorized("this token is not known", hint="see api.tokens in the configuration")

    def _check_names(self, headers: Mapping[str, str]) -> None:
        if _host_of(headers.get("host", "")) not in self.hosts:
            raise WrongHost("this host name is not one of the daemon's", hint="add it to api.hosts")
        origin = headers.get("origin")
        if origin is not None and _origin_host(origin) not in self.hosts:
            raise Forbidden("requests from pages of other sites are refused")

    def _count(self, key: str) -> None:
        _refuse(self._pace.take(key))


def metadata_url(audience: str) -> str:
    """Where RFC 9728 puts the metadata: the well-known path comes before the resource's own."""
    parts = urlsplit(audience)
    return f"{parts.scheme}://{parts.netloc}{METADATA}{parts.path.rstrip('/')}"


def _refuse(wait: float) -> None:
    if wait > 0.0:
        raise TooManyRequests("too many requests", retry_after=wait)


def _host_of(header: str) -> str:
    """The name in ``name[:port]``, in lower case; nothing if that is not what it is."""
    named = _HOST.fullmatch(header)
    return named[1].lower() if named else ""


def _origin_host(origin: str) -> str:
    scheme, _, rest = origin.partition("://")
    return _host_of(rest) if scheme in ("http", "https") else ""
