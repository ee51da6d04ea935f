"""Settings of the openapi service."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from interlock_http.auth import ApiKey
from interlock_http.jmespaths import JmesPath
from interlock_http.paging import Paging
from interlock_http.settings import ApiSettings, FactSettings, ToolName


class Overlay(FactSettings):
    """What the description of an operation does not say."""

    name: ToolName | Literal[""] = Field("", description="of the tool")
    description: str = Field("", description="of the tool; default: that of the operation")
    pick: JmesPath = Field("", description="JMESPath to the part of the answer that is the result")
    paging: Paging | None = Field(None, description="how the API hands out a long list")


class OpenApiSettings(ApiSettings):
    """An API by its description."""

    description: str = Field(description="file or URL of an OpenAPI 3.0 to 3.2 document")
    base_url: str = Field("", description="default: the first server of the description")
    credentials: dict[str, SecretStr] = Field(
        {},
        description="by the name of their security scheme: key or token, `user:password` for basic,"
        " `client_id:client_secret` for OAuth 2 client credentials",
    )
    include: tuple[str, ...] = Field(
        ("*",), description="patterns: operation ids, `GET /path/*`, `tag:name`"
    )
    exclude: tuple[str, ...] = Field((), description="likewise; wins over include")
    operations: dict[str, Overlay] = Field(
        {}, description="what is to be added, by operation id or `GET /path`"
    )

    def sent_headers(self) -> frozenset[str]:
        """Names, in lower case, of headers that no caller has to think of."""
        names = {*self.headers, self.idempotency_header}
        if isinstance(self.auth, ApiKey) and self.auth.place == "header":
            names.add(self.auth.name)
        return frozenset(name.lower() for name in names)

    @model_validator(mode="after")
    def _one_way_to_log_in(self) -> Self:
        if self.auth is not None and self.credentials:
            raise ValueError("either auth or credentials")
        return self
