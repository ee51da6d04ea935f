"""The templates by name, and by version for the runs that began with an older one."""

from __future__ import annotations

from collections.abc import Mapping

from interlock.expr import nearest
from interlock.journal import Journal
from interlock.sdk.errors import NotFound
from interlock.sdk.hooks import Function
from interlock.workflows.loading import restore_template
from interlock.workflows.template import Template


class Registry:
    """What can be started, and what is needed to go on."""

    def __init__(self, journal: Journal, functions: Mapping[str, Function]) -> None:
        self._journal = journal
        self._functions = functions
        self._names: dict[str, Template] = {}
        self._kept: dict[str, Template] = {}

    def register(self, template: Template) -> None:
        """Make a template startable under its name and aliases; runs keep the one they have."""
        for name in (template.name, *template.aliases):
            self._names[name] = template

    def all(self) -> list[Template]:
        """By name."""
        unique = {template.name: template for template in self._names.values()}
        return [unique[name] for name in sorted(unique)]

    def get(self, name: str) -> Template:
        """By name or alias.

        Raises:
            NotFound: with the nearest name.
        """
        try:
            return self._names[name]
        except KeyError:
            close = nearest(name, self._names)
            raise NotFound(
                f"there is no workflow {name!r}",
                hint=f"did you mean {close!r}?" if close else "",
                nearest=[close] if close else [],
            ) from None

    async def keep(self, template: Template) -> None:
        """Make a template as durable as the run that is about to begin with it."""
        if template.version not in self._kept:
            await self._journal.templates.add(template.version, template.name, template.source)
            self._kept[template.version] = template

    async def version(self, version: str) -> Template:
        """The template that a run began with.

        Raises:
            NotFound, ConfigError: it is not in the journal, or can no longer be read.
        """
        if version not in self._kept:
            known = next((each for each in self._names.values() if each.version == version), None)
            if known is None:
                known = restore_template(
                    await self._journal.templates.get(version), self._functions
                )
            self._kept[version] = known
        return self._kept[version]
