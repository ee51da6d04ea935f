"""Settings of the http service."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, Any, Literal, Self

import httpx
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)

from interlock.sdk import Bytes, Facts, Settings, schema_fault
from interlock_http.auth import Auth
from interlock_http.errors import MESSAGE
from interlock_http.jmespaths import JmesPath
from interlock_http.paging import Paging

Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class FactSettings(BaseModel):
    """What a tool promises; default: what its method does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    effect: Literal["read", "write"] | None = Field(None, description="whether it changes anything")
    idempotent: bool | None = Field(None, description="whether it may safely be sent again")
    cacheable: bool | None = Field(None, description="whether its result may be kept for a while")
    destructive: bool | None = Field(None, description="whether it takes away what was there")

    def applied_to(self, facts: Facts) -> Facts:
        """The facts that a method promises, as far as the operator does not know better."""
        known = {name: getattr(self, name) for name in FactSettings.model_fields}
        said = {name: value for name, value in known.items() if value is not None}
        if said.get("effect") == "read":
            # A POST that only searches.
            said = {"idempotent": True, "destructive": False, **said}
        return replace(facts, **said)


def _spelled_out(wish: Any) -> Any:
    return {"type": wish} if isinstance(wish, str) else wish


def _no_fault(schema: dict[str, Any]) -> dict[str, Any]:
    if (fault := schema_fault(schema)) is not None:
        raise ValueError(f"not a JSON Schema: {fault.message}")
    return schema


JsonSchema = Annotated[dict[str, Any], BeforeValidator(_spelled_out), AfterValidator(_no_fault)]
"""Or its type as a word: ``integer`` is ``{type: integer}``."""

_PLACEHOLDER = re.compile(r"\{([^{}/]+)\}")


class ToolSettings(FactSettings):
    """One request as a tool."""

    method: Method = Field("GET", description="HTTP method")
    path: str = Field(pattern=r"^/", description="with {placeholders}, which are arguments")
    description: str = Field("", description="of the tool; default: method and path")
    placeholders: dict[str, JsonSchema] = Field(
        {}, description="what they take, if not any text or number"
    )
    query: dict[str, JsonSchema] = Field(
        {}, description="arguments in the query: name to JSON Schema, or to its type as a word"
    )
    headers: dict[str, JsonSchema] = Field({}, description="arguments in headers, likewise")
    body: dict[str, JsonSchema] = Field({}, description="arguments in the JSON body, likewise")
    whole_body: JsonSchema | None = Field(
        None, description="the whole body as the argument `body`, instead"
    )
    required: tuple[str, ...] = Field((), description="beside the placeholders, which always are")
    form: bool = Field(False, description="the body is a form, not JSON")
    pick: JmesPath = Field("", description="JMESPath to the part of the answer that is the result")
    paging: Paging | None = Field(None, description="how the API hands out a long list")
    returns: JsonSchema = Field({}, description="JSON Schema of the result")

    def in_path(self) -> dict[str, dict[str, Any]]:
        """The placeholders, in their order."""
        anything = {"type": ["string", "integer"]}
        return {
            name: self.placeholders.get(name, anything) for name in _PLACEHOLDER.findall(self.path)
        }

    @model_validator(mode="after")
    def _each_argument_once(self) -> Self:
        whole: dict[str, Any] = {} if self.whole_body is None else {"body": {}}
        parts = (self.in_path(), self.query, self.headers, self.body, whole)
        names = [name for part in parts for name in part]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"two arguments are named {min(twice)!r}")
        if unknown := set(self.required) - set(names):
            raise ValueError(f"required: there is no argument {min(unknown)!r}")
        if unknown := set(self.placeholders) - set(self.in_path()):
            raise ValueError(f"placeholders: {min(unknown)!r} is not in the path")
        if self.body and whole:
            raise ValueError("either body or whole_body")
        return self


class ApiSettings(Settings):
    """What any API has."""

    base_url: str = ""
    auth: Auth | None = Field(None, description="how we prove who we are")
    headers: dict[str, SecretStr] = Field(
        {}, description="sent with every request, and to no other host"
    )
    error_message: JmesPath = Field(MESSAGE, description="JMESPath to the message in an error")
    max_answer: Bytes = Field(20_000_000, description="larger answers are refused")
    idempotency_header: str = Field(
        "", description="header that takes an idempotency key; calls can then be repeated"
    )
    health: str = Field("", description="path that the health probe asks with GET; default: none")


ToolName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_-]*$")]


def _address(url: str) -> str:
    try:
        if httpx.URL(url).host:
            return url
        raise ValueError("no address: it has no host")
    except httpx.InvalidURL as error:
        raise ValueError(f"no address: {error}") from None


BaseUrl = Annotated[str, Field(pattern=r"^https?://"), AfterValidator(_address)]


class HttpSettings(ApiSettings):
    """An API, request by request."""

    base_url: BaseUrl = Field(description="URL that all paths are below")
    tools: dict[ToolName, ToolSettings] = Field({}, description="by name")
    allow_request: bool = Field(
        False, description="offer the tools `get` and `request`, for any path of the API"
    )

    @model_validator(mode="after")
    def _each_name_once(self) -> Self:
        if self.allow_request and (taken := self.tools.keys() & {"get", "request"}):
            raise ValueError(f"tools: {min(taken)!r} is a tool of allow_request")
        return self
