"""What MCP clients see, as types; a part of :mod:`interlock.config.model`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from interlock.config.section import Section, ServiceName
from interlock.sdk.quantities import Seconds


class ExposedConfig(Section):
    """Which tools and workflows an MCP endpoint shows, under which names, to whom."""

    tools: tuple[str, ...] = Field(("*",), description="patterns of tools and workflows")
    names: dict[str, str] = Field(
        {}, description="other names for some: {name: tool or workflow}; shown instead of their own"
    )
    callers: tuple[str, ...] = Field(
        ("*",), description="patterns of names of tokens, or subjects, that may use the endpoint"
    )
    ask_first: tuple[str, ...] = Field(
        (),
        description="patterns of what a person at the client has to agree to, call by call",
    )
    ask_destructive: bool = Field(
        False, description="the same for all tools that destroy something"
    )
    instructions: str = Field("", description="what a model should know before it uses the tools")


class McpResourceConfig(Section):
    """A resource that a tool's result is: variables of the URI become arguments."""

    uri: str = Field(
        pattern=r"^[a-z][a-z0-9+.-]*://\S+$", description="a template, as figma://file/{id}"
    )
    tool: str = Field(min_length=1, description="the tool that is called")
    with_: dict[str, Any] = Field(
        {}, alias="with", description="its arguments; texts may hold {id}; default: the variables"
    )
    description: str = Field("", description="for people and models; default: the tool's")
    mime_type: str = Field("application/json", description="of what the tool returns")


class McpArgumentConfig(Section):
    """A variable of a prompt."""

    description: str = Field("", description="for people and models")
    required: bool = Field(False, description="whether a client must give it")


class McpMessageConfig(Section):
    """One message of a prompt."""

    role: Literal["user", "assistant"] = Field("user", description="who says it")
    text: str = Field("", description="may hold {argument}")
    resource: str | None = Field(None, description="URI of a resource to show instead of a text")


class McpPromptConfig(Section):
    """A prompt that clients offer to people."""

    description: str = Field("", description="for people")
    arguments: dict[str, McpArgumentConfig] = Field({}, description="variables, by name")
    messages: tuple[McpMessageConfig, ...] = Field(min_length=1, description="in their order")


class McpConfig(ExposedConfig):
    """The MCP server: what `/mcp` shows, and further endpoints beside it."""

    servers: dict[ServiceName, ExposedConfig] = Field(
        {}, description="further endpoints, each under /mcp/ and its name"
    )
    origins: tuple[str, ...] = Field(
        (), description="origins of pages that may connect, with port, beside the daemon's own"
    )
    resources: dict[str, McpResourceConfig] = Field({}, description="resources, by name")
    prompts: dict[str, McpPromptConfig] = Field({}, description="prompts, by name")
    task_after: Seconds = Field(
        0.1,
        ge=0,
        description="a workflow that takes longer becomes a task, if the client has tasks",
    )
    only_as_task: tuple[str, ...] = Field(
        (), description="patterns of workflows that are refused to clients without tasks"
    )


def mcp_endpoints(settings: McpConfig) -> dict[str, ExposedConfig]:
    """What is shown where, by path."""
    return {"/mcp": settings} | {f"/mcp/{name}": each for name, each in settings.servers.items()}
