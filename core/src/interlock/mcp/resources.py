"""Resources: URIs that lead to what tools return, to runs and to templates."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from interlock.config import McpResourceConfig
from interlock.mcp.offers import Offers
from interlock.mcp.templates import UriTemplate, filled
from interlock.runtime import Runtime, current_caller
from interlock.sdk import NotFound

RUNS = "run://{id}"

_NUMBERS: dict[str, Callable[[str], Any]] = {"integer": int, "number": float}

# Of services that are there under the name of their type; the configuration wins.
_USUAL = {
    "figma-components": McpResourceConfig(
        uri="figma://file/{id}/components",
        tool="figma.extract_components",
        **{"with": {"file_key": "{id}"}},
    ),
    "notion-schema": McpResourceConfig(
        uri="notion://database/{id}/schema",
        tool="notion.get_database",
        **{"with": {"database_id": "{id}"}},
    ),
}


@dataclass(frozen=True)
class Resource:
    """One resource, or all of one template."""

    name: str
    template: UriTemplate
    description: str
    mime_type: str
    read: Callable[[dict[str, str]], Awaitable[Any]]

    def to_wire(self) -> dict[str, Any]:
        kind = "uriTemplate" if self.template.variables else "uri"
        return {
            kind: self.template.text,
            "name": self.name,
            "description": self.description,
            "mimeType": self.mime_type,
        }


class Resources:
    """What the caller of each request may read."""

    def __init__(
        self, runtime: Runtime, offers: Offers, configured: Mapping[str, McpResourceConfig]
    ) -> None:
        self._runtime = runtime
        self._offers = offers
        self._configured = configured

    def listed(self) -> list[dict[str, Any]]:
        """Those with one URI."""
        return [each.to_wire() for each in self._all() if not each.template.variables]

    def templates(self) -> list[dict[str, Any]]:
        return [each.to_wire() for each in self._all() if each.template.variables]

    async def read(self, uri: str) -> dict[str, Any] | None:
        """One of ``contents``; None if there is no such resource."""
        for resource in self._all():
            variables = resource.template.match(uri)
            if variables is not None:
                try:
                    value = await resource.read(variables)
                except NotFound:
                    return None
                return _content(uri, resource.mime_type, value)
        return None

    async def completions(self, template: str, begun: str) -> list[str]:
        """Values of a variable that begin so; known for runs only."""
        if template != RUNS:
            return []
        runs = await self._runtime.runs(limit=100)
        return [run["id"] for run in runs if run["id"].startswith(begun)]

    def _all(self) -> Iterable[Resource]:
        for name, resource in self._configured.items():
            yield self._of_tool(name, resource)
        for name, resource in _USUAL.items():
            if name not in self._configured and self._offered(resource.tool):
                yield self._of_tool(name, resource)
        yield Resource(
            "workflow-templates",
            UriTemplate("workflow://templates"),
            "The workflows that can be started.",
            "application/json",
            self._workflows,
        )
        yield Resource(
            "run", UriTemplate(RUNS), "A run and its steps.", "application/json", self._run
        )

    def _offered(self, tool: str) -> bool:
        return current_caller().sees(tool) and self._offers.find(tool) is not None

    def _of_tool(self, name: str, resource: McpResourceConfig) -> Resource:
        async def read(variables: dict[str, str]) -> Any:
            tool = self._runtime.describe(resource.tool)
            wanted = filled(resource.with_, variables) if resource.with_ else variables
            return await self._runtime.call(resource.tool, _typed(wanted, tool["input_schema"]))

        text = resource.description or f"What {resource.tool} returns."
        return Resource(name, UriTemplate(resource.uri), text, resource.mime_type, read)

    async def _workflows(self, _variables: dict[str, str]) -> Any:
        return self._runtime.workflows()

    async def _run(self, variables: dict[str, str]) -> Any:
        run = await self._runtime.run(variables["id"])
        return {**run, "steps": await self._runtime.steps(run["id"])}


def _typed(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Variables of a URI are texts; a tool may want numbers."""
    properties = schema.get("properties", {})

    def one(name: str, value: Any) -> Any:
        number = _NUMBERS.get(properties.get(name, {}).get("type", ""))
        try:
            return number(value) if number is not None and isinstance(value, str) else value
        except ValueError:
            return value  # the tool's schema says what is wrong with it

    return {name: one(name, value) for name, value in arguments.items()}


def _content(uri: str, mime_type: str, value: Any) -> dict[str, Any]:
    content = {"uri": uri, "mimeType": mime_type}
    if not isinstance(value, str):
        return {**content, "text": orjson.dumps(value).decode()}
    binary = mime_type.partition("/")[0] in ("image", "audio", "video")
    return {**content, "blob" if binary else "text": value}
