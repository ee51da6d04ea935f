"""The codegen service; it talks to nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from interlock.sdk import InvalidInput, Service, Settings, tool
from interlock_codegen import component, names, package, screen
from interlock_codegen.job import Job
from interlock_codegen.library import Library

Json = dict[str, Any]


class Codegen(Service[Settings]):
    """Deterministic generation: equal arguments give equal bytes."""

    @tool(effect="read", cacheable=True)
    async def component(
        self,
        component: Json,
        tokens: Json | None = None,
        assets: dict[str, str] | None = None,
        node_ids: bool = False,
        components: list[Json] | None = None,
    ) -> Json:
        """Make one typed React component from one Figma component.

        Args:
            component: an entry of the ``components`` of ``figma.extract_components``.
            tokens: the result of ``figma.extract_tokens``.
            assets: URL or path by image reference.
            node_ids: mark each element with its layer's id.
            components: the entries that ``component`` may import; those of its ``uses`` suffice.
        """
        given = (component, tokens, assets, node_ids, components or ())
        return await asyncio.to_thread(make_component, *given)

    @tool(effect="read", cacheable=True)
    async def screen(
        self,
        node: Json,
        styles: Json,
        name: str = "",
        tokens: Json | None = None,
        assets: dict[str, str] | None = None,
        node_ids: bool = False,
    ) -> Json:
        """Make one screen from one simplified tree.

        Args:
            node: the tree.
            styles: the shared styles that it names.
            name: of the React component; default: from the layer's name.
            tokens: the result of ``figma.extract_tokens``.
            assets: URL or path by image reference.
            node_ids: mark each element with its layer's id.
        """
        job = _job(styles, tokens, assets, node_ids)
        return screen.generate(name or names.screen_name(str(node.get("name", ""))), node, job)

    @tool(effect="read", cacheable=True)
    async def screens(
        self,
        design: Json,
        tokens: Json | None = None,
        assets: dict[str, str] | None = None,
        components: list[Json] | None = None,
        node_ids: bool = False,
    ) -> list[Json]:
        """Make a screen from each top-level layer of a design.

        Args:
            design: the result of ``figma.design``.
            tokens: the result of ``figma.extract_tokens``.
            assets: URL or path by image reference.
            components: those that get files of their own and therefore no screen.
            node_ids: mark each element with its layer's id.
        """
        given = (design, tokens, assets, components or (), node_ids)
        return await asyncio.to_thread(make_screens, *given)

    @tool(effect="read", cacheable=True)
    async def assemble(
        self, parts: list[Json], tokens: Json | None = None, name: str = "design"
    ) -> Json:
        """Put parts together: index, documentation, theme, tokens and package files.

        Args:
            parts: results of ``component`` and ``screen``; the code in ``files`` may be replaced.
            tokens: the result of ``figma.extract_tokens``.
            name: of the package.
        """
        return package.assemble(parts, tokens, name)


def make_component(
    given: Mapping[str, Any],
    tokens: Mapping[str, Any] | None,
    assets: Mapping[str, str] | None = None,
    node_ids: bool = False,
    components: Sequence[Mapping[str, Any]] = (),
) -> Json:
    """One component; see :meth:`Codegen.component`."""
    missing = [key for key in ("identifier", "props", "variants", "styles") if key not in given]
    if missing or not given["variants"]:
        raise InvalidInput(
            f"not a component of figma.extract_components: {', '.join(missing) or 'no variants'}",
            path="$.component",
        )
    job = _job(given["styles"], tokens, assets, node_ids)
    job.props = {prop["key"]: prop["identifier"] for prop in given["props"]}
    others = [entry for entry in components if entry["id"] != given.get("id")]
    job.library = Library(others) if others else None
    return component.generate(given, job)


def make_screens(
    design: Mapping[str, Any],
    tokens: Mapping[str, Any] | None,
    assets: Mapping[str, str] | None = None,
    components: Sequence[Mapping[str, Any]] = (),
    node_ids: bool = False,
) -> list[Json]:
    """All screens; see :meth:`Codegen.screens`."""
    found = list(screen.layers(design, {str(entry["id"]) for entry in components}))
    chosen = screen.screen_names(found, [str(entry["identifier"]) for entry in components])
    library = Library(components)
    made = []
    for name, (_, node) in zip(chosen, found, strict=True):
        job = _job(design["styles"], tokens, assets, node_ids)
        job.library = library
        made.append(screen.generate(name, node, job))
    return made


def _job(
    styles: Mapping[str, Any],
    tokens: Mapping[str, Any] | None,
    assets: Mapping[str, str] | None,
    node_ids: bool,
) -> Job:
    references = (tokens or {}).get("references") or {}
    return Job(styles, references=references, images=assets or {}, node_ids=node_ids)
