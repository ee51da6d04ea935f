"""The Figma service: reading files, and what is made of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import orjson

from interlock.sdk import (
    Event,
    HttpOptions,
    NeedsAttention,
    NotFound,
    Policies,
    RetryPolicy,
    Service,
    ServiceError,
    ToolSpec,
    WebhookRequest,
    tool,
    webhook,
)
from interlock_figma import components, design, tokens
from interlock_figma.cache import FileCache
from interlock_figma.errors import read_error
from interlock_figma.events import read_delivery
from interlock_figma.keys import file_key as key_of
from interlock_figma.keys import node_ids
from interlock_figma.limits import rates
from interlock_figma.settings import FigmaSettings
from interlock_figma.tree import Document, read_document

if TYPE_CHECKING:
    import httpx


class Figma(Service[FigmaSettings]):
    """One Figma account."""

    policies = Policies(
        deadline=120.0, retry=RetryPolicy(), concurrency=4, rate=rates("full", "professional")
    )

    async def start(self) -> None:
        self._cache = FileCache(self.context)

    def http_options(self) -> HttpOptions:
        return HttpOptions(
            base_url=self.settings.base_url,
            headers={"X-Figma-Token": self.settings.token.get_secret_value()},
            http2=self.settings.base_url.startswith("https:"),
        )

    def read_error(self, response: httpx.Response) -> ServiceError:
        return read_error(response, self.world.time())

    def tools(self) -> Mapping[str, ToolSpec]:
        """The tools with the limits of this seat and plan."""
        mine = Policies(rate=rates(self.settings.seat, self.settings.plan))
        return {
            name: replace(spec, policies=mine.under(spec.policies))
            for name, spec in super().tools().items()
        }

    async def check(self) -> None:
        await self._get("/v1/me", {})

    @tool(effect="read", tier="tier1")
    async def get_file(
        self,
        file_key: str,
        depth: int | None = None,
        ids: list[str] | None = None,
        version: str | None = None,
        geometry: bool = False,
    ) -> dict[str, Any]:
        """Read a file as Figma stores it. An unchanged file is read from Figma once only.

        Args:
            file_key: the key, or a link to the file.
            depth: levels below the document; 1 gives the pages.
            ids: only these nodes, with their ancestors and descendants.
            version: a version from the file's history.
            geometry: with the outlines of vectors.
        """
        request = {"depth": depth, "version": version, "ids": node_ids(ids) if ids else None}
        parameters = {name: str(value) for name, value in request.items() if value is not None}
        if geometry:
            parameters["geometry"] = "paths"
        return await self._file(key_of(file_key), "", parameters)

    @tool(effect="read", tier="tier2")
    async def get_file_meta(self, file_key: str) -> dict[str, Any]:
        """Read a file's name, version and last change: a cheap way to see whether it changed.

        Args:
            file_key: the key, or a link to the file.
        """
        body = await self._get(f"/v1/files/{key_of(file_key)}/meta", {})
        return dict(body.get("file", body))

    @tool(effect="read", tier="tier1")
    async def get_nodes(
        self,
        file_key: str,
        ids: list[str],
        depth: int | None = None,
        version: str | None = None,
        geometry: bool = False,
    ) -> dict[str, Any]:
        """Read some nodes of a file: ``nodes`` maps each id to its document, or to null.

        Args:
            file_key: the key, or a link to the file.
            ids: node ids, as in the file or as in a link.
            depth: levels below each node.
            version: a version from the file's history.
            geometry: with the outlines of vectors.
        """
        parameters = {"ids": node_ids(ids)}
        if depth is not None:
            parameters["depth"] = str(depth)
        if version is not None:
            parameters["version"] = version
        if geometry:
            parameters["geometry"] = "paths"
        return await self._file(key_of(file_key), "/nodes", parameters)

    @tool(effect="read", tier="tier1")
    async def render_images(
        self,
        file_key: str,
        ids: list[str],
        format: Literal["png", "jpg", "svg", "pdf"] = "png",  # noqa: A002 - Figma's own word
        scale: float = 1.0,
    ) -> dict[str, Any]:
        """Have nodes rendered: ``images`` maps each id to a URL, or to null if that failed.

        Args:
            file_key: the key, or a link to the file.
            ids: the nodes.
            format: of the images.
            scale: 0.01 to 4.
        """
        parameters = {"ids": node_ids(ids), "format": format, "scale": f"{scale:g}"}
        body = await self._get(f"/v1/images/{key_of(file_key)}", parameters)
        return {"images": body.get("images") or {}}

    @tool(effect="read", tier="tier2")
    async def get_image_fills(self, file_key: str) -> dict[str, Any]:
        """Read where the images used as fills can be downloaded: ``images`` maps reference to URL.

        Args:
            file_key: the key, or a link to the file.
        """
        body = await self._get(f"/v1/files/{key_of(file_key)}/images", {})
        return {"images": (body.get("meta") or body).get("images") or {}}

    @tool(effect="read", tier="tier2")
    async def get_comments(self, file_key: str) -> list[Any]:
        """Read the comments on a file, as Markdown.

        Args:
            file_key: the key, or a link to the file.
        """
        body = await self._get(f"/v1/files/{key_of(file_key)}/comments", {"as_md": "true"})
        return list(body.get("comments") or ())

    @tool(effect="read", tier="tier2")
    async def get_variables(self, file_key: str) -> dict[str, Any]:
        """Read a file's variables; empty, with a ``note``, where plan or scope do not allow it.

        Args:
            file_key: the key, or a link to the file.
        """
        try:
            body = await self._get(f"/v1/files/{key_of(file_key)}/variables/local", {})
        except (NeedsAttention, NotFound) as error:
            if error.details.get("status") == 401:
                raise
            note = f"no variables: {error.message}; reading them needs an Enterprise plan"
            return {"variables": {}, "variableCollections": {}, "note": note}
        return dict(body.get("meta") or {})

    @tool(effect="read", tier="tier1")
    async def design(self, file_key: str, ids: list[str] | None = None) -> dict[str, Any]:
        """Read a design as a small tree in the words of CSS, page by page.

        Args:
            file_key: the key, or a link to the file.
            ids: only these nodes.
        """
        document = await self._document(file_key, ids)
        return await asyncio.to_thread(design.simplified, document)

    @tool(effect="read", tier="tier1", aliases=("extract_figma_components",))
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

    @tool(effect="read", tier="tier1", aliases=("sync_figma_tokens",))
    async def extract_tokens(self, file_key: str, ids: list[str] | None = None) -> dict[str, Any]:
        """Read the design tokens of a file as W3C JSON, Tailwind theme and TypeScript.

        Args:
            file_key: the key, or a link to the file.
            ids: only what these nodes use.
        """
        document = await self._document(file_key, ids)
        variables = await self.get_variables(file_key)
        return await asyncio.to_thread(tokens.extract, document, variables)

    @webhook()
    async def deliveries(self, request: WebhookRequest) -> Sequence[Event]:
        passcode = self.settings.passcode
        return read_delivery(request.body, passcode.get_secret_value() if passcode else None)

    async def _document(self, key: str, ids: list[str] | None) -> Document:
        parameters = {"geometry": "paths"}
        if ids:
            parameters["ids"] = node_ids(ids)
        path = "/nodes" if ids else ""
        return read_document(await self._file(key_of(key), path, parameters))

    async def _file(self, key: str, path: str, parameters: dict[str, str]) -> dict[str, Any]:
        version = parameters.get("version") or await self._version(key)

        async def fetch() -> bytes:
            response = await self.http.get(f"/v1/files/{key}{path}", params=parameters)
            return response.content

        name = {"path": path, **parameters}
        body: dict[str, Any] = await self._cache.get(key, version, name, fetch)
        return body

    async def _version(self, key: str) -> str:
        body = await self._get(f"/v1/files/{key}/meta", {})
        facts = body.get("file", body)
        return str(facts.get("version") or facts.get("last_touched_at") or "")

    async def _get(self, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        response = await self.http.get(path, params=dict(parameters))
        body: dict[str, Any] = orjson.loads(response.content)
        return body
