"""Who we are to an API: fixed credentials, or tokens fetched by OAuth 2."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class _Auth(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Bearer(_Auth):
    """``Authorization: Bearer …``."""

    kind: Literal["bearer"]
    token: SecretStr


class Basic(_Auth):
    """User name and password (RFC 7617)."""

    kind: Literal["basic"]
    username: str
    password: SecretStr


class ApiKey(_Auth):
    """A key in a header, a query parameter or a cookie."""

    kind: Literal["api-key"]
    name: str = Field(description="of the header, parameter or cookie")
    value: SecretStr
    place: Literal["header", "query", "cookie"] = Field("header", alias="in")


class OAuth(_Auth):
    """Tokens by client credentials (RFC 6749 4.4), or by a refresh token (section 6)."""

    kind: Literal["oauth2"]
    token_url: str = Field(pattern=r"^https?://")
    client_id: str
    client_secret: SecretStr | None = None
    refresh_token: SecretStr | None = Field(None, description="default: client credentials")
    scopes: tuple[str, ...] = ()
    audience: str = ""
    style: Literal["basic", "body"] = Field("basic", description="where the client's secret goes")


Auth = Annotated[Bearer | Basic | ApiKey | OAuth, Field(discriminator="kind")]


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


def fixed(auth: Bearer | Basic | ApiKey | None) -> Fixed:
    """What the settings say, as it is sent."""
    match auth:
        case Bearer(token=token):
            return Fixed(Credentials({"Authorization": f"Bearer {token.get_secret_value()}"}))
        case Basic(username=name, password=password):
            return Fixed(Credentials({"Authorization": basic(name, password.get_secret_value())}))
        case ApiKey(name=name, value=value, place=place):
            secret = value.get_secret_value()
            if place == "query":
                return Fixed(Credentials(query={name: secret}))
            if place == "cookie":
                return Fixed(Credentials({"Cookie": f"{name}={secret}"}))
            return Fixed(Credentials({name: secret}))
    return Fixed(Credentials())


def basic(name: str, password: str) -> str:
    """Value of an ``Authorization`` header (RFC 7617)."""
    return f"Basic {b64encode(f'{name}:{password}'.encode()).decode()}"
