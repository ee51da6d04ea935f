"""Tools for pictures: renders of nodes, images used as fills, both as stored assets."""

from __future__ import annotations

import asyncio
import base64
import mimetypes
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from interlock.sdk import InvalidInput, NotFound, Rejected, current_call, tool
from interlock_figma.account import Account
from interlock_figma.keys import file_key as key_of
from interlock_figma.keys import node_ids

Format = Literal["png", "jpg", "svg", "pdf"]

BATCH = 50
"""Nodes of one request: Figma gives up on renders that take long, and URLs have a length."""

_AT_ONCE = 4
_EXTENSIONS = {"image/jpeg": ".jpg", "image/svg+xml": ".svg"}


class ImageTools(Account):
    """Renders and image fills."""

    @tool(effect="read")
    async def render_images(
        self,
        file_key: str,
        ids: list[str],
        format: Format = "png",  # noqa: A002 - Figma's own word
        scale: float = 1.0,
        version: str | None = None,
    ) -> dict[str, Any]:
        """Render nodes as pictures; returns ``{images, failed}``.

        ``images`` maps each node id to a URL that is valid for 30 days, or to null; ``failed``
        lists the ids that could not be rendered. Each 50 nodes are a request of their own.

        Args:
            file_key: key of the file, or any link to it.
            ids: ids of the nodes to render.
            format: file format of the pictures.
            scale: factor from 0.01 to 4; 2 gives twice the size in pixels.
            version: id of a version from ``get_versions``; default: the current one.
        """
        if not 0.01 <= scale <= 4:
            raise InvalidInput(f"scale {scale:g} is not within 0.01 to 4", path="$.scale")
        parameters = {"format": format, "scale": f"{scale:g}"}
        if version is not None:
            parameters["version"] = version
        images: dict[str, str | None] = {}
        for batch in _batches(node_ids(ids).split(",")):
            await current_call().admit("tier1")
            asked = {"ids": ",".join(batch), **parameters}
            body = await self._get(f"/v1/images/{key_of(file_key)}", asked)
            given = body.get("images") or {}
            images |= {identity: given.get(identity) for identity in batch}
        return {"images": images, "failed": [key for key, url in images.items() if url is None]}

    @tool(effect="read", tier="tier2")
    async def get_image_fills(self, file_key: str) -> dict[str, Any]:
        """Find the download URLs of all images used as fills in a file; returns ``{images}``.

        ``images`` maps each image reference to a URL that is valid for two weeks.

        Args:
            file_key: key of the file, or any link to it.
        """
        body = await self._get(f"/v1/files/{key_of(file_key)}/images", {})
        return {"images": (body.get("meta") or body).get("images") or {}}

    @tool(effect="read")
    async def save_assets(
        self,
        file_key: str,
        ids: list[str] | None = None,
        format: Format = "png",  # noqa: A002 - Figma's own word
        scale: float = 1.0,
        folder: str = "assets",
        inline: bool = False,
    ) -> dict[str, Any]:
        """Download pictures into the blob store: rendered nodes, or all images used as fills.

        Returns ``{assets: [{id, path, media_type, size, digest, base64?}], paths, failed}``;
        ``paths`` maps each id to its path, which is what ``codegen`` takes as ``assets``.

        Args:
            file_key: key of the file, or any link to it.
            ids: ids of the nodes to render; default: the images used as fills instead.
            format: file format of rendered nodes; fills keep the one that they have.
            scale: factor of rendered nodes, from 0.01 to 4.
            folder: folder that the paths in the result begin with.
            inline: whether the bytes are in the result as ``base64``, for ``files.write``.
        """
        if ids:
            found = (await self.render_images(file_key, ids, format, scale))["images"]
        else:
            await current_call().admit("tier2")
            found = (await self.get_image_fills(file_key))["images"]
        gate = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            tasks = {
                identity: group.create_task(self._asset(identity, url, folder, inline, gate))
                for identity, url in found.items()
            }
        made = {identity: task.result() for identity, task in tasks.items()}
        assets = [asset for asset in made.values() if asset]
        return {
            "assets": assets,
            "paths": {asset["id"]: asset["path"] for asset in assets},
            "failed": [identity for identity, asset in made.items() if asset is None],
        }

    async def _asset(
        self, identity: str, url: str | None, folder: str, inline: bool, gate: asyncio.Semaphore
    ) -> dict[str, Any] | None:
        """One picture in the blob store; None if Figma has none."""
        if not url:
            return None
        async with gate:
            try:
                response = await self.http.get(url)
            except (NotFound, Rejected):
                return None
        kind = response.headers.get("content-type", "").partition(";")[0] or "image/png"
        blob = await self.context.blobs.put(response.content, kind)
        name = identity.replace(":", "-").replace(";", "_")
        extension = _EXTENSIONS.get(kind) or mimetypes.guess_extension(kind) or ""
        asset = {
            "id": identity,
            "path": f"{folder}/{name}{extension}".lstrip("/"),
            "media_type": kind,
            "size": blob.size,
            "digest": blob.digest,
        }
        if inline:
            asset["base64"] = base64.b64encode(response.content).decode()
        return asset


def _batches(ids: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), BATCH):
        yield list(ids[start : start + BATCH])
