"""Settings of the mcp service."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, SecretStr, model_validator

from interlock.sdk import Bytes, Settings


class McpSettings(Settings):
    """One MCP server: a program, or a URL."""

    command: tuple[str, ...] = Field((), description="the program and its arguments")
    env: dict[str, SecretStr] = Field(
        {}, description="of the program, beside PATH, HOME, LANG and the like"
    )
    folder: str | None = Field(None, description="in which the program runs")
    url: str = Field("", description="of a server that speaks streamable HTTP")
    token: SecretStr | None = Field(None, description="sent as a bearer token")
    headers: dict[str, SecretStr] = Field({}, description="sent with every request")
    include: tuple[str, ...] = Field(("*",), description="patterns of the tools that are offered")
    exclude: tuple[str, ...] = Field((), description="likewise; wins over include")
    trust: Literal["first", "strict", "any"] = Field(
        "strict",
        description="strict: the tools of the first list are approved, those that come later or "
        "change are held; first: each is approved when first seen; any: none is ever held",
    )
    hints: bool = Field(False, description="believe readOnlyHint, idempotentHint, destructiveHint")
    parse_json: bool = Field(True, description="a sole text that is JSON is returned as its value")
    failed_if: dict[str, Any] = Field(
        {"object": "error"},
        description="values of a result that is a failure, though the server does not say so",
    )
    max_result: Bytes = Field(8_000_000, description="of one call; longer texts are cut off")
    max_definition: Bytes = Field(256_000, description="of one tool; larger ones are left out")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.command) == bool(self.url):
            raise ValueError("give either `command` or `url`")
        return self
