"""The Figma service: all groups of tools, and what is made of the files."""

from __future__ import annotations

import asyncio
from typing import Any

from interlock.sdk import tool
from interlock_figma import components, design, tokens
from interlock_figma.tools.comments import CommentTools
from interlock_figma.tools.dev_resources import DevResourceTools
from interlock_figma.tools.files import FileTools
from interlock_figma.tools.images import ImageTools
from interlock_figma.tools.webhooks import WebhookTools


class Figma(FileTools, ImageTools, CommentTools, DevResourceTools, WebhookTools):
    """One Figma account."""

    @tool(effect="read", tier="tier2")
    async def design(self, file_key: str, ids: list[str] | None = None) -> dict[str, Any]:
        """Read a design page by page, as simplified trees with layout and style in terms of CSS.

        Returns ``{name, version, pages: [{id, name, nodes}], styles, warnings}``; each node names
        entries of ``styles``. ``codegen.screens`` makes code of it.

        Args:
            file_key: key of the file, or any link to it.
            ids: ids of the only nodes to read; default: the whole file.
        """
        document = await self._document(file_key, ids)
        return await asyncio.to_thread(design.simplified, document)

    @tool(effect="read", tier="tier2", aliases=("extract_figma_components",))
    async def extract_components(
        self, file_key: str, ids: list[str] | None = None
    ) -> dict[str, Any]:
        """Read the components of a file, each with its props, variants and simplified trees.

        Returns ``{components, count, warnings}``. ``codegen.component`` makes code of each.

        Args:
            file_key: key of the file, or any link to it.
            ids: ids of nodes; only the components at or below them are read. Default: all.
        """
        document = await self._document(file_key, ids)
        return await asyncio.to_thread(components.extract, document)

    @tool(effect="read", tier="tier2", aliases=("sync_figma_tokens",))
    async def extract_tokens(self, file_key: str, ids: list[str] | None = None) -> dict[str, Any]:
        """Read the design tokens of a file: its colours, type, spacing, radii and effects.

        Returns ``{count, tokens, references, dtcg, css, typescript}``: the tokens themselves, then
        as W3C design tokens, as a Tailwind theme and as TypeScript.

        Args:
            file_key: key of the file, or any link to it.
            ids: ids of nodes; only the tokens that they use are read. Default: all.
        """
        document = await self._document(file_key, ids)
        variables = await self.get_variables(file_key)
        return await asyncio.to_thread(tokens.extract, document, variables)
