"""Tools that move files: into Notion, and out of it."""

from __future__ import annotations

import base64
import binascii
import mimetypes
from typing import Any

from interlock.sdk import InvalidInput, Rejected, tool
from interlock_notion import downloads, uploads
from interlock_notion.ids import object_id
from interlock_notion.limits import rich_text
from interlock_notion.workspace import LONG, Workspace

_PLAIN = "application/octet-stream"


class FileTools(Workspace):
    """Uploads and downloads."""

    @tool(policies=LONG)
    async def upload_file(
        self,
        name: str,
        digest: str | None = None,
        content: str | None = None,
        url: str | None = None,
        media_type: str | None = None,
        block_id: str | None = None,
        caption: str = "",
    ) -> dict[str, Any]:
        """Upload a file from the blob store, from base64 or from a URL: give one of the three.

        With ``block_id`` the file is shown there. Without it, ``upload_id`` of the result has to be
        used within the hour: as an icon or cover, or as ``{"upload_id": id}`` in a files property.

        Args:
            name: name of the file, with its extension.
            digest: digest of a file in the blob store, such as ``download_file`` returns.
            content: the file's bytes as base64.
            url: public URL that Notion fetches the file from.
            media_type: such as ``image/png``; default: by the extension of ``name``.
            block_id: id of the page or block to append the file to, or a link to it.
            caption: text below the file, if it is shown.
        """
        if sum(one is not None for one in (digest, content, url)) != 1:
            raise InvalidInput("give one of digest, content and url", path="$.digest")
        kind = media_type or mimetypes.guess_type(name)[0] or _PLAIN
        place = object_id(block_id, "block_id") if block_id else None
        if url is not None:
            found = await uploads.fetch(self.requests, name, url)
        else:
            data = await self._data(digest, content)
            found = await uploads.send(self.requests, uploads.Outgoing(name, kind, data))
        shown = await self._shown(place, found, kind, caption) if place else None
        return {
            "upload_id": found["id"],
            "name": found.get("filename") or name,
            "media_type": found.get("content_type") or kind,
            "size": found.get("content_length"),
            "block_id": shown,
        }

    @tool(effect="read", policies=LONG)
    async def download_file(
        self,
        block_id: str | None = None,
        page_id: str | None = None,
        property: str = "",  # noqa: A002 - Notion's own word
        number: int = 1,
    ) -> dict[str, Any]:
        """Download a file that was uploaded to Notion into the blob store.

        Give the block that shows the file, or the page and the property that hold it. Returns
        ``{name, media_type, digest, size}``, with the size in bytes.

        Args:
            block_id: id of an image, video, audio, PDF or file block, or a link to it.
            page_id: id of the page whose property holds the file, or a link to it.
            property: name of that property.
            number: which of the property's files, counted from 1.
        """
        if (block_id is None) == (page_id is None):
            raise InvalidInput("give one of block_id and page_id", path="$.block_id")
        if block_id is not None:
            place = object_id(block_id, "block_id")
            file = await downloads.of_block(self.requests, place)
        else:
            place = object_id(page_id or "", "page_id")
            file = await downloads.of_property(self.requests, place, property, number)
        ref = await self.context.blobs.put(file.content, file.media_type)
        return {
            "block_id" if block_id else "page_id": place,
            "name": file.name,
            "media_type": ref.media_type,
            "digest": ref.digest,
            "size": ref.size,
        }

    async def _data(self, digest: str | None, content: str | None) -> bytes:
        if digest is not None:
            data = await self.context.blobs.get(digest)
        else:
            try:
                data = base64.b64decode(content or "", validate=True)
            except binascii.Error:
                raise InvalidInput("content is not base64", path="$.content") from None
        if len(data) > self.settings.largest_file:
            raise Rejected(
                f"the file has {len(data)} bytes, more than {self.settings.largest_file}",
                hint="raise settings.largest_file of the service",
            )
        return data

    async def _shown(self, place: str, upload: dict[str, Any], kind: str, caption: str) -> str:
        words = rich_text(caption) if caption else []
        block = uploads.block_for(upload["id"], upload.get("content_type") or kind, words)
        answer = await self.requests.write(
            "PATCH", f"/v1/blocks/{place}/children", {"children": [block]}
        )
        return str(answer["results"][0]["id"])
