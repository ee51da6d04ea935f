"""Access tokens of an authorization server: JWTs, checked against its published keys.

The daemon is an OAuth 2.1 resource server: RFC 9068 (what the token holds), RFC 8414 (where the
keys are), RFC 9728 (how a client learns whom to ask), RFC 8707 (that a token is for us).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import anyio
import httpx

from interlock.api.refusals import Unauthorized
from interlock.runtime import Caller, Role
from interlock.sdk import ServiceUnavailable, World

if TYPE_CHECKING:
    from jwt import PyJWK

SCOPES: dict[str, Role] = {
    "interlock:viewer": "viewer",
    "interlock:operator": "operator",
    "interlock:admin": "admin",
}
TOOL_SCOPE = "interlock:tool:"

_KEYS_LAST = 600.0  # seconds until keys are fetched again
_BETWEEN_FETCHES = 10.0  # seconds, so that tokens with invented key ids cause no flood
_LEEWAY = 30  # seconds that the issuer's clock may be off
_TIMEOUT = 5.0
_MOST_BYTES = 2**20
_METADATA = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration")


class AccessTokens:
    """Turns an access token into a caller.

    Scopes ``interlock:viewer``, ``interlock:operator`` and ``interlock:admin`` give the role,
    ``interlock:tool:PATTERN`` limits the tools.

    Args:
        audience: the URL of this daemon; a token for anybody else is refused.
        jwks_url: default: what the issuer's metadata say.
    """

    def __init__(
        self,
        issuer: str,
        audience: str,
        world: World,
        *,
        jwks_url: str | None = None,
        algorithms: Sequence[str] = ("RS256", "ES256"),
    ) -> None:
        self.issuer = issuer
        self.audience = audience
        self._world = world
        self._jwks_url = jwks_url
        self._algorithms = list(algorithms)
        self._keys: dict[str, PyJWK] = {}
        self._fetched = -_KEYS_LAST
        self._fetching = anyio.Lock()

    async def check(self, token: str) -> Caller:
        """Whose token it is.

        Raises:
            Unauthorized: not a token of the issuer, not for us, or not valid now.
            ServiceUnavailable: the issuer's keys cannot be had.
        """
        import jwt

        try:
            header = jwt.get_unverified_header(token)
            key = await self._key(str(header.get("kid", "")))
            claims = jwt.decode(
                token,
                key.key,
                algorithms=[each for each in self._algorithms if each == key.algorithm_name],
                audience=self.audience,
                issuer=self.issuer,
                leeway=_LEEWAY,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
            return _caller(claims)
        except jwt.PyJWTError as error:
            raise Unauthorized(f"the access token is not valid: {_why(error)}") from None
        except (OverflowError, TypeError, ValueError):  # PyJWT takes any number for a moment
            raise Unauthorized("the access token is not valid: it cannot be read") from None

    def metadata(self) -> dict[str, Any]:
        """The protected resource metadata of RFC 9728."""
        return {
            "resource": self.audience,
            "authorization_servers": [self.issuer],
            "scopes_supported": [*SCOPES],
            "bearer_methods_supported": ["header"],
            "resource_name": "Interlock",
        }

    async def _key(self, kid: str) -> PyJWK:
        """The issuer's key of this id; keys it began to use since are fetched."""
        if kid not in self._keys or self._age >= _KEYS_LAST:
            async with self._fetching:
                unknown = kid not in self._keys and self._age >= _BETWEEN_FETCHES
                if unknown or self._age >= _KEYS_LAST:
                    await self._fetch(known=kid in self._keys)
        if kid not in self._keys:
            raise Unauthorized("the access token is signed with no key of the issuer")
        return self._keys[kid]

    @property
    def _age(self) -> float:
        return self._world.monotonic() - self._fetched

    async def _fetch(self, *, known: bool) -> None:
        """Replace the keys; while the issuer does not answer, the old ones go on being used."""
        from jwt import PyJWKSet, PyJWTError

        self._fetched = self._world.monotonic()
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False) as http:
                url = self._jwks_url or await self._discover(http)
                found = PyJWKSet.from_dict(await _get(http, url))
            self._keys = {key.key_id or "": key for key in found.keys}
        except (httpx.HTTPError, PyJWTError, ValueError, KeyError) as error:
            if not known:
                raise ServiceUnavailable(
                    f"the keys of {self.issuer} cannot be fetched: {type(error).__name__}",
                    hint="see api.oauth",
                    retry_after=_BETWEEN_FETCHES,
                ) from None

    async def _discover(self, http: httpx.AsyncClient) -> str:
        base = self.issuer.rstrip("/")
        for path in _METADATA:
            try:
                found = await _get(http, base + path)
            except (httpx.HTTPStatusError, ValueError):
                continue
            # RFC 8414, 3.3: metadata of somebody else must not be used.
            if found.get("issuer") == self.issuer:
                return str(found["jwks_uri"])
        raise ValueError("no metadata")


async def _get(http: httpx.AsyncClient, url: str) -> dict[str, Any]:
    async with http.stream("GET", url) as response:
        response.raise_for_status()
        content = b""
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > _MOST_BYTES:
                raise ValueError("too much")
    found = httpx.Response(200, content=content).json()
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _caller(claims: dict[str, Any]) -> Caller:
    granted = str(claims.get("scope", "")).split()
    roles = [role for scope, role in SCOPES.items() if scope in granted]
    if not roles:
        raise Unauthorized(
            "the access token grants nothing here", hint=f"ask for one of {', '.join(SCOPES)}"
        )
    tools = tuple(each[len(TOOL_SCOPE) :] for each in granted if each.startswith(TOOL_SCOPE))
    return Caller(str(claims["sub"]), roles[-1], tools or ("*",), float(claims["exp"]) + _LEEWAY)


def _why(error: Exception) -> str:
    """PyJWT's own words, which quote no part of a token except for unparsable ones."""
    from jwt import DecodeError

    return "it cannot be read" if type(error) is DecodeError else str(error)
