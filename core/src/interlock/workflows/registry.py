"""The templates by name, and by version for the runs that began with an older one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from interlock.expr import nearest
from interlock.journal import Journal, RunRecord, StepRow
from interlock.sdk.errors import NotFound
from interlock.sdk.hooks import Function
from interlock.workflows.errors import CodeChanged
from interlock.workflows.loading import restore_template
from interlock.workflows.rehearsal import misfits
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

    def unregister(self, template: Template) -> None:
        """Forget its names, as far as they are still its own."""
        for name in (template.name, *template.aliases):
            if self._names.get(name, template).name == template.name:
                self._names.pop(name, None)

    def all(self) -> list[Template]:
        """By name."""
        unique = {template.name: template for template in self._names.values()}
        return [unique[name] for name in sorted(unique)]

    def __contains__(self, name: str) -> bool:
        return name in self._names

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
                hint=f"did you mean {close!r}?" if close else "see `interlock workflow`",
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
            CodeChanged: it is code, of which there is another version by now, or none.
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

    async def versions(self, workflow: str) -> list[dict[str, Any]]:
        """Versions that runs go on with, the current one first: ``{version, runs, source}``.

        Raises:
            NotFound: there is no such workflow.
        """
        template = self.get(workflow)
        counts = await self._journal.runs.versions(template.name)
        sources = {template.version: template.source}
        for version in sorted(counts.keys() - {template.version}):
            sources[version] = await self._journal.templates.get(version)
        return [
            {"version": version, "runs": counts.get(version, 0), "source": source.decode()}
            for version, source in sources.items()
        ]

    async def moved(
        self,
        record: RunRecord,
        steps: Mapping[str, StepRow],
        why: CodeChanged | None = None,
        *,
        check: bool = False,
    ) -> RunRecord:
        """A run's record with the version that its workflow has now, once that is durable.

        Args:
            check: change nothing.

        Raises:
            NotFound: the workflow is gone.
            CodeChanged: the record does not fit; ``details["misfits"]`` says where.
        """
        template = self.get(record.workflow)
        found = misfits(template, record, steps)
        if found:
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            reason = why.message if why else f"the run does not fit the new {template.name}"
            raise CodeChanged(
                f"{reason}: {found[0]}{more}",
                hint="bring the old version back, or fork the run from where they agree",
                misfits=found,
            )
        if check:
            return record
        await self.keep(template)
        await self._journal.runs.move(record.id, template.version)
        return replace(record, version=template.version)
