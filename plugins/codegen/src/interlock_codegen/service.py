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
        """Generate a typed React component, styled with Tailwind, from a Figma component.

        Returns a part with its code in ``files``, text by path; ``assemble`` makes a package of it.

        Args:
            component: an entry of ``components`` of ``figma.extract_components``.
            tokens: the result of ``figma.extract_tokens``; default: values are written out.
            assets: path or URL by image reference, such as ``paths`` of ``figma.save_assets``.
            node_ids: whether each element is marked with the id of its layer.
            components: further entries that ``component`` may import; those that its ``uses`` names
                are enough.
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
        """Generate a React component for one screen; the result is a part for ``assemble``.

        Args:
            node: one of the trees in ``pages[].nodes`` of ``figma.design``.
            styles: ``styles`` of the same result.
            name: name of the React component; default: made from the name of the layer.
            tokens: the result of ``figma.extract_tokens``; default: values are written out.
            assets: path or URL by image reference, such as ``paths`` of ``figma.save_assets``.
            node_ids: whether each element is marked with the id of its layer.
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
        """Generate a screen for each top-level layer of a design: a list of parts for ``assemble``.

        Args:
            design: the result of ``figma.design``.
            tokens: the result of ``figma.extract_tokens``; default: values are written out.
            assets: path or URL by image reference, such as ``paths`` of ``figma.save_assets``.
            components: entries of ``figma.extract_components`` that are generated separately: they
                get no screen, and screens import them.
            node_ids: whether each element is marked with the id of its layer.
        """
        given = (design, tokens, assets, components or (), node_ids)
        return await asyncio.to_thread(make_screens, *given)

    @tool(effect="read", cacheable=True)
    async def assemble(
        self, parts: list[Json], tokens: Json | None = None, name: str = "design"
    ) -> Json:
        """Assemble parts into a package, with index, documentation, theme and tokens.

        Returns ``files``, text by path, as ``files.write_all`` takes them.

        Args:
            parts: results of ``component``, ``screen`` and ``screens``; the code in their ``files``
                may have been changed, by a model for example.
            tokens: the result of ``figma.extract_tokens``.
            name: name of the package.
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
    # A variant is chosen by its name; only the others drive layers.
    driving = (prop for prop in given["props"] if prop["type"] != "variant")
    job.props = {prop["key"]: prop["identifier"] for prop in driving}
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
