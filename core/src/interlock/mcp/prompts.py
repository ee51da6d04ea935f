"""Prompts of the configuration, and those that services offer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from interlock.config import McpMessageConfig, McpPromptConfig
from interlock.mcp.content import text
from interlock.mcp.resources import Resources
from interlock.mcp.templates import filled
from interlock.sdk import InvalidInput, NotFound, Prompt


class Prompts:
    """Texts with variables, and the resources that they show to the model.

    Args:
        offered: prompts of services that the caller may see, by full name.
    """

    def __init__(
        self,
        configured: Mapping[str, McpPromptConfig],
        offered: Callable[[], Mapping[str, Prompt]],
        resources: Resources,
    ) -> None:
        self._configured = configured
        self._offered = offered
        self._resources = resources

    def listed(self) -> list[dict[str, Any]]:
        everything: dict[str, Prompt | McpPromptConfig] = {**self._offered(), **self._configured}
        return [
            {
                "name": name,
                "description": prompt.description,
                "arguments": [
                    {"name": each, "description": it.description, "required": it.required}
                    for each, it in prompt.arguments.items()
                ],
            }
            for name, prompt in sorted(everything.items())
        ]

    async def get(self, name: str, arguments: Mapping[str, str]) -> dict[str, Any]:
        """The messages, with the arguments filled in.

        Raises:
            NotFound: no such prompt, or no such resource.
            InvalidInput: an argument is missing, or does not fit.
        """
        prompt = self._configured.get(name) or self._offered().get(name)
        if prompt is None:
            raise NotFound(f"Unknown prompt: {name}")
        for each, it in prompt.arguments.items():
            if it.required and each not in arguments:
                raise InvalidInput(f"the prompt {name} needs the argument {each}")
        if isinstance(prompt, Prompt):
            messages = [
                {"role": each.role, "content": text(each.text)} for each in prompt.fill(arguments)
            ]
            return {"description": prompt.description, "messages": messages}
        values = {each: arguments.get(each, "") for each in prompt.arguments}
        messages = [await self._message(each, values) for each in prompt.messages]
        return {"description": prompt.description, "messages": messages}

    async def _message(
        self, message: McpMessageConfig, values: Mapping[str, str]
    ) -> dict[str, Any]:
        if message.resource is None:
            return {"role": message.role, "content": text(filled(message.text, values))}
        uri = filled(message.resource, values)
        content = await self._resources.read(uri)
        if content is None:
            raise NotFound(f"Unknown resource: {uri}")
        if "blob" in content and content["mimeType"].startswith("image/"):
            image = {"type": "image", "data": content["blob"], "mimeType": content["mimeType"]}
            return {"role": message.role, "content": image}
        return {"role": message.role, "content": {"type": "resource", "resource": content}}
