"""How we prove to an API who we are, as the settings say it."""

from __future__ import annotations

from typing import Annotated, Literal

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
    token_url: str = Field(pattern=r"^https?://", description="where tokens are given out")
    client_id: str
    client_secret: SecretStr | None = None
    refresh_token: SecretStr | None = Field(None, description="default: client credentials")
    scopes: tuple[str, ...] = Field((), description="asked for with each token")
    audience: str = Field("", description="sent along where a provider wants to know it")
    style: Literal["basic", "body"] = Field("basic", description="where the client's secret goes")


Auth = Annotated[Bearer | Basic | ApiKey | OAuth, Field(discriminator="kind")]
