"""Every tool by name: ``service.tool``, and aliases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from typing import Any

from interlock.sdk import NotFound, Policies, ToolSpec


@dataclass(frozen=True)
class ToolEntry:
    """One tool of one service.

    Attributes:
        name: ``service.tool``.
        policies: all layers merged: plugin, its tool, operator, operator for this tool.
        aliases: further names that lead here.
    """

    name: str
    service: str
    spec: ToolSpec
    policies: Policies
    aliases: tuple[str, ...] = ()

    @property
    def description(self) -> str:
        return self.spec.description

    @property
    def input_schema(self) -> dict[str, Any]:
        return self.spec.signature.input_schema

    @property
    def output_schema(self) -> dict[str, Any]:
        """Empty if the tool promises nothing about its result."""
        return self.spec.signature.output_schema

    def to_dict(self) -> dict[str, Any]:
        facts = asdict(self.spec.facts)
        facts["transient"] = [kind.__name__ for kind in self.spec.facts.transient]
        return {
            "name": self.name,
            "service": self.service,
            "description": self.description,
            "input_schema": self.input_schema,
            "output_schema": self.output_schema,
            "facts": facts,
            "policies": self.policies.model_dump(mode="json", exclude_none=True),
            "aliases": list(self.aliases),
        }


class Catalog:
    """Iterates sorted by name; look-ups are by full name, configured alias, tool's alias."""

    def __init__(self) -> None:
        self._tools: dict[str, ToolEntry] = {}
        self._configured: dict[str, str] = {}
        self._offered: dict[str, list[str]] = {}

    def __iter__(self) -> Iterator[ToolEntry]:
        return iter([self._tools[name] for name in sorted(self._tools)])

    def __len__(self) -> int:
        return len(self._tools)

    def get(self, name: str) -> ToolEntry:
        """The tool of this name or alias.

        Raises:
            NotFound: there is none, or several services offer the alias; ``nearest`` lists what
                to write instead.
        """
        found = self._tools.get(name) or self._tools.get(self._configured.get(name, ""))
        if found is not None:
            return found
        offered = self._offered.get(name, [])
        if len(offered) == 1:
            return self._tools[offered[0]]
        raise self._ambiguous(name, offered) if offered else self._unknown(name)

    def set_service(self, service: str, tools: Iterable[ToolEntry]) -> None:
        """Replace all tools of a service; none removes it."""
        kept = [tool for tool in self._tools.values() if tool.service != service]
        self._index([*kept, *tools])

    def set_aliases(self, aliases: Mapping[str, str]) -> None:
        """Replace the configured aliases: name to full name. They win over those of tools."""
        self._configured = dict(aliases)
        self._index(list(self._tools.values()))

    def _index(self, tools: list[ToolEntry]) -> None:
        offers = defaultdict(list)
        for tool in sorted(tools, key=lambda tool: tool.name):
            for alias in tool.spec.aliases:
                offers[alias].append(tool.name)
        self._offered = dict(offers)
        self._tools = {tool.name: replace(tool, aliases=self._aliases(tool)) for tool in tools}

    def _aliases(self, tool: ToolEntry) -> tuple[str, ...]:
        """The names that lead here and nowhere else."""
        configured = [alias for alias, name in self._configured.items() if name == tool.name]
        offered = [
            alias
            for alias in tool.spec.aliases
            if len(self._offered[alias]) == 1 and alias not in self._configured
        ]
        return tuple(sorted({*configured, *offered}))

    def _ambiguous(self, alias: str, choices: list[str]) -> NotFound:
        return NotFound(
            f"{alias!r} is offered by several services: {', '.join(choices)}",
            hint="call one of them by its full name, or define the alias in the configuration",
            nearest=choices,
        )

    def _unknown(self, name: str) -> NotFound:
        names = [*self._tools, *self._configured, *self._offered]
        nearest = get_close_matches(name, names, n=3, cutoff=0.5)
        # Somebody who knows the tool but not the service's name finds it, too.
        nearest += [each for each in sorted(self._tools) if each.endswith(f".{name}")]
        nearest = list(dict.fromkeys(nearest))
        hint = f"did you mean {' or '.join(nearest)}?" if nearest else "see `interlock tools`"
        return NotFound(f"there is no tool {name!r}", hint=hint, nearest=nearest, kind="tool")
