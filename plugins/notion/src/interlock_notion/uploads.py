"""Files into Notion: whole, in parts, or fetched by Notion itself.

Source: https://developers.notion.com/docs/working-with-files-and-media
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from interlock.sdk import DeadlineExceeded, Rejected
from interlock_notion.pace import remaining
from interlock_notion.requests import Requests

# Larger files go in parts, each of 5 to 20 MB but the last.
SINGLE = 20_000_000
PART = 10_000_000
_FIRST_LOOK = 0.2
_LATER_LOOKS = 5.0
_BY_TYPE = {"image": "image", "video": "video", "audio": "audio"}


@dataclass(frozen=True)
class Outgoing:
    """A file on its way to Notion."""

    name: str
    media_type: str
    content: bytes

    def parts(self) -> Iterator[tuple[int, bytes]]:
        """``(number, bytes)``, numbers from 1."""
        for start in range(0, len(self.content), PART):
            yield start // PART + 1, self.content[start : start + PART]


async def send(requests: Requests, file: Outgoing) -> dict[str, Any]:
    """Upload a file; Notion's file-upload object, which is to be attached within the hour."""
    facts = {"filename": file.name, "content_type": file.media_type}
    if len(file.content) <= SINGLE:
        made = await requests.write("POST", "/v1/file_uploads", {"mode": "single_part", **facts})
        path = f"/v1/file_uploads/{made['id']}/send"
        return await requests.upload(path, file.name, file.content, file.media_type)
    parts = list(file.parts())
    body = {"mode": "multi_part", **facts, "number_of_parts": len(parts)}
    made = await requests.write("POST", "/v1/file_uploads", body)
    path = f"/v1/file_uploads/{made['id']}"
    for number, part in parts:
        form = {"part_number": str(number)}
        await requests.upload(f"{path}/send", file.name, part, file.media_type, **form)
    return await requests.write("POST", f"{path}/complete", {})


async def fetch(requests: Requests, name: str, url: str) -> dict[str, Any]:
    """Let Notion fetch a public address, and wait until it has.

    Raises:
        Rejected: Notion could not fetch it.
        DeadlineExceeded: it is not there before the call's deadline.
    """
    body = {"mode": "external_url", "filename": name, "external_url": url}
    found = await requests.write("POST", "/v1/file_uploads", body)
    pause = _FIRST_LOOK
    while found.get("status") == "pending":
        if remaining() < pause:
            raise DeadlineExceeded(f"Notion is still fetching {url}")
        await requests.pause(pause)
        pause = min(2 * pause, _LATER_LOOKS)
        found = await requests.get(f"/v1/file_uploads/{found['id']}")
    if found.get("status") != "uploaded":
        reason = ((found.get("file_import_result") or {}).get("error") or {}).get("message")
        raise Rejected(f"Notion could not fetch {url}: {reason or found.get('status')}")
    return found


def block_for(upload_id: str, media_type: str, caption: list[dict[str, Any]]) -> dict[str, Any]:
    """The block that shows an upload: by its media type an image, video, audio, PDF or file."""
    kind = _BY_TYPE.get(media_type.split("/")[0], "file")
    kind = "pdf" if media_type == "application/pdf" else kind
    shown: dict[str, Any] = {"type": "file_upload", "file_upload": {"id": upload_id}}
    return {"type": kind, kind: {**shown, **({"caption": caption} if caption else {})}}
