"""The Figma service: all groups of tools, and what is made of the files."""

from __future__ import annotations

import asyncio
from typing import Any

from interlock.sdk import tool
from interlock_figma import components, design, tokens
from interlock_figma.images import Images
from interlock_figma.reading import Reading
from interlock_figma.review import Review
from interlock_figma.webhooks import Webhooks


class Figma(Reading, Images, Review, Webhooks):
    """One Figma account."""

    @tool(effect="read", tier="tier2")
    async def design(self, file_key: str, ids: list[str] | None = None) -> dict[str, Any]:
        """Read a design as a small tree in the words of CSS, page by page.

        Args:
            file_key: the key, or a link to the file.
            ids: only these nodes.
        """
        document = await self._document(file_key, ids)
        return await asyncio.to_thread(design.simplified, document)

    @tool(effect="read", tier="tier2", aliases=("extract_figma_components",))
    async def extract_components(
        self, file_key: str, ids: list[str] | None = None
    ) -> dict[str, Any]:
        """Read the components of a file: names, props, variants, each with its simplified tree.

        Args:
            file_key: the key, or a link to the file.
            ids: only the components at or below these nodes.
        """
        document = await self._document(file_key, ids)
        return await asyncio.to_thread(components.extract, document)

    @tool(effect="read", tier="tier2", aliases=("sync_figma_tokens",))
    async def extract_tokens(self, file_key: str, ids: list[str] | None = None) -> dict[str, Any]:
        """Read the design tokens of a file as W3C JSON, Tailwind theme and TypeScript.

        Args:
            file_key: the key, or a link to the file.
            ids: only what these nodes use.
        """
        document = await self._document(file_key, ids)
        variables = await self.get_variables(file_key)
        return await asyncio.to_thread(tokens.extract, document, variables)
