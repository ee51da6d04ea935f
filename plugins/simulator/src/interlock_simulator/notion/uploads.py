"""File uploads: declared, sent in one part or in many, completed, shown by links that expire.

Source: https://developers.notion.com/reference/file-upload
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aiohttp import BodyPartReader, web

from interlock_simulator.notion import errors
from interlock_simulator.notion.errors import BOT_ID
from interlock_simulator.notion.exchange import answer, body_of, path_id
from interlock_simulator.notion.files import Upload
from interlock_simulator.notion.lists import page_of
from interlock_simulator.notion.workspace import Workspace

_HOUR = 3600.0
_SINGLE = 20 * 2**20
_SMALLEST_PART = 5 * 2**20
_MODES = ("single_part", "multi_part", "external_url")


class Uploads:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v1/file_uploads", self.create),
            web.get("/v1/file_uploads", self.list),
            web.get("/v1/file_uploads/{file_upload_id}", self.retrieve),
            web.post("/v1/file_uploads/{file_upload_id}/send", self.send),
            web.post("/v1/file_uploads/{file_upload_id}/complete", self.complete),
            web.get("/files/{file_upload_id}/{name}", self.content),
        ]

    async def create(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        mode = body.get("mode", "single_part")
        if mode not in _MODES:
            raise errors.invalid(f"body failed validation: body.mode should be one of {_MODES}.")
        if mode != "single_part" and not body.get("filename"):
            raise errors.invalid("body failed validation: body.filename should be defined.")
        parts = int(body.get("number_of_parts") or 0) if mode == "multi_part" else 1
        if not 1 <= parts <= 1000:
            raise errors.invalid(
                "body failed validation: body.number_of_parts should be 1 to 1000."
            )
        upload = Upload(
            id=self._workspace.new_id(),
            name=body.get("filename"),
            media_type=body.get("content_type") or _guessed(body.get("filename")),
            mode=mode,
            parts=[None] * parts,
            created=self._workspace.now(),
            expires=self._workspace.moment() + _HOUR,
            external=body.get("external_url"),
        )
        self._workspace.uploads[upload.id] = upload
        return answer(request, self._shown(upload, request))

    async def list(self, request: web.Request) -> web.Response:
        wanted = request.query.get("status")
        shown = [
            self._shown(upload, request)
            for upload in reversed(self._workspace.uploads.values())
            if wanted in (None, upload.status)
        ]
        return answer(request, page_of(shown, "file_upload", request.query))

    async def retrieve(self, request: web.Request) -> web.Response:
        upload = self._upload(request)
        if upload.external and upload.status == "pending":
            upload.imported = self._workspace.now()
            upload.parts = [b"imported"]
            upload.status = "uploaded"
        return answer(request, self._shown(upload, request))

    async def send(self, request: web.Request) -> web.Response:
        upload = self._upload(request)
        if upload.status != "pending":
            raise errors.invalid(f"The file upload is {upload.status}, not pending.")
        form = await _form_of(request)
        if "file" not in form:
            raise errors.invalid("body failed validation: body.file should be defined.")
        name, media_type, content = form["file"]
        number = self._number(upload, form)
        if upload.mode == "single_part" and len(content) > _SINGLE:
            raise errors.invalid(f"The file is larger than {_SINGLE} bytes: send it in parts.")
        if number < len(upload.parts) and len(content) < _SMALLEST_PART:
            raise errors.invalid(f"A part but the last must have {_SMALLEST_PART} bytes or more.")
        upload.parts[number - 1] = content
        upload.name = upload.name or name
        upload.media_type = upload.media_type or media_type
        if upload.mode == "single_part":
            upload.status = "uploaded"
        return answer(request, self._shown(upload, request))

    async def complete(self, request: web.Request) -> web.Response:
        upload = self._upload(request)
        missing = [index + 1 for index, part in enumerate(upload.parts) if part is None]
        if missing:
            raise errors.invalid(f"Parts are missing: {missing}.")
        upload.status = "uploaded"
        return answer(request, self._shown(upload, request))

    async def content(self, request: web.Request) -> web.Response:
        """The bytes, by a link that is still good; no credential is looked at."""
        upload = self._workspace.uploads.get(request.match_info["file_upload_id"])
        expires = float(request.query.get("expires", 0))
        if upload is None or expires < self._workspace.moment():
            return web.Response(status=403, text="Request has expired")
        return web.Response(body=upload.content, content_type=upload.media_type or "text/plain")

    def _number(self, upload: Upload, form: Mapping[str, Any]) -> int:
        if upload.mode != "multi_part":
            return 1
        number = int(form["part_number"]) if "part_number" in form else 0
        if not 1 <= number <= len(upload.parts):
            raise errors.invalid(f"part_number should be 1 to {len(upload.parts)}.")
        return number

    def _upload(self, request: web.Request) -> Upload:
        id = path_id(request, "file_upload_id")
        if (upload := self._workspace.uploads.get(id)) is None:
            raise errors.not_found("file_upload", id)
        return upload

    def _shown(self, upload: Upload, request: web.Request) -> dict[str, Any]:
        here = f"{request.url.origin()}/notion/v1/file_uploads/{upload.id}"
        shown: dict[str, Any] = {
            "object": "file_upload",
            "id": upload.id,
            "created_time": upload.created,
            "created_by": {"id": BOT_ID, "type": "bot"},
            "last_edited_time": upload.created,
            "expiry_time": datetime.fromtimestamp(upload.expires, UTC).isoformat(),
            "in_trash": False,
            "archived": False,
            "status": upload.status,
            "filename": upload.name,
            "content_type": upload.media_type,
            "content_length": len(upload.content) if upload.status == "uploaded" else None,
        }
        if upload.status == "pending":
            shown["upload_url"] = f"{here}/send"
        if upload.mode == "multi_part":
            sent = sum(part is not None for part in upload.parts)
            shown["number_of_parts"] = {"total": len(upload.parts), "sent": sent}
            shown["complete_url"] = f"{here}/complete"
        if upload.imported:
            success = {"type": "success", "success": {}, "imported_time": upload.imported}
            shown["file_import_result"] = success
        return shown


async def _form_of(request: web.Request) -> dict[str, Any]:
    """Fields of a multipart body; ``file`` as ``(name, media type, bytes)``."""
    if not request.content_type.startswith("multipart/"):
        raise errors.invalid("The request should be multipart/form-data.")
    form: dict[str, Any] = {}
    reader = await request.multipart()
    while isinstance(part := await reader.next(), BodyPartReader):
        content = bytes(await part.read())
        if part.name == "file":
            media_type = part.headers.get("Content-Type", "application/octet-stream")
            form["file"] = (part.filename, media_type, content)
        elif part.name:
            form[part.name] = content.decode()
    return form


def _guessed(name: str | None) -> str | None:
    return {"pdf": "application/pdf", "png": "image/png", "txt": "text/plain"}.get(
        str(name).rsplit(".", 1)[-1]
    )
