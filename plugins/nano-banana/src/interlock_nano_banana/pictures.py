"""Pictures on their way in and out: fetched, checked, measured, kept."""

from __future__ import annotations

import hashlib
import io
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import anyio.to_thread
import httpx
from PIL import Image, UnidentifiedImageError
from pydantic import BaseModel, ConfigDict, Field, model_validator

from interlock.sdk import Blobs, InvalidInput, NeedsAttention, Rejected

_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
_NAME = re.compile(r"[\w][\w .-]*")


class Picture(BaseModel):
    """An input picture: one of ``blob``, ``url`` and ``base64`` is given."""

    model_config = ConfigDict(extra="forbid")

    blob: str | None = Field(None, description="digest in the blob store, as other tools return it")
    url: str | None = Field(None, description="URL to fetch; private addresses are refused")
    base64: str | None = Field(None, description="the bytes as base64")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(place is not None for place in (self.blob, self.url, self.base64)) != 1:
            raise ValueError("give one of blob, url and base64")
        return self


@dataclass(frozen=True, slots=True)
class Measured:
    """Bytes that are a picture, in pixels."""

    data: bytes
    media_type: str
    width: int
    height: int


async def fetch(
    pictures: Mapping[str, Picture], most: int, http: httpx.AsyncClient, blobs: Blobs
) -> list[dict[str, Any]]:
    """The pictures as parts of a request.

    Args:
        pictures: by the JSON path under which the caller gave them, such as ``$.images[0]``.
        most: bytes of all of them together.

    Raises:
        InvalidInput: one is none, or together they are larger than ``most`` bytes.
        NotFound: a blob is gone.
    """
    parts: list[dict[str, Any]] = []
    left = most
    for path, picture in pictures.items():
        data = await _bytes(picture, left, http, blobs, path)
        left -= len(data)
        measured = await measure(data, path)
        encoded = b64encode(data).decode()
        parts.append({"inlineData": {"mimeType": measured.media_type, "data": encoded}})
    return parts


async def _bytes(
    picture: Picture, most: int, http: httpx.AsyncClient, blobs: Blobs, path: str
) -> bytes:
    if picture.blob is not None:
        data = await blobs.get(picture.blob)
    elif picture.base64 is not None:
        try:
            data = b64decode(picture.base64, validate=True)
        except ValueError:
            raise InvalidInput(f"{path}.base64 is no base64", path=f"{path}.base64") from None
    else:
        data = await _download(str(picture.url), most, http, path)
    if len(data) > most:
        raise _too_large(path)
    return data


async def _download(url: str, most: int, http: httpx.AsyncClient, path: str) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        async with http.stream("GET", url, follow_redirects=True) as response:
            async for part in response.aiter_bytes():
                size += len(part)
                if size > most:
                    raise _too_large(path)
                parts.append(part)
    except InvalidInput:
        raise
    except (Rejected, NeedsAttention) as error:
        place = f"{path}.url"
        raise InvalidInput(f"{place}: {error.message}", path=place, hint=error.hint) from None
    return b"".join(parts)


def _too_large(path: str) -> InvalidInput:
    return InvalidInput(
        f"{path}: the input pictures are too large together", path=path, hint="or raise max_input"
    )


async def measure(data: bytes, path: str) -> Measured:
    """What kind of picture the bytes are.

    Raises:
        InvalidInput: they are none of PNG, JPEG, WebP and GIF.
    """
    return await anyio.to_thread.run_sync(_measured, data, path)


def _measured(data: bytes, path: str) -> Measured:
    try:
        with Image.open(io.BytesIO(data), formats=list(_TYPES)) as image:
            return Measured(data, _TYPES[str(image.format)], image.width, image.height)
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        known = ", ".join(_TYPES)
        raise InvalidInput(f"{path}: not a picture of {known}", path=path) from None


async def keep(picture: Measured, blobs: Blobs, folder: Path | None, name: str) -> dict[str, Any]:
    """Store a picture: ``{blob, media_type, size, width, height, file}``.

    Args:
        folder: also written there, as ``name`` with its ending; None for not.
    """
    kept = await blobs.put(picture.data, picture.media_type)
    file = None
    if folder is not None:
        file = await anyio.to_thread.run_sync(_write, picture, folder, name)
    return {
        "blob": kept.digest,
        "media_type": picture.media_type,
        "size": kept.size,
        "width": picture.width,
        "height": picture.height,
        "file": file,
    }


def check_name(name: str) -> None:
    """Raises InvalidInput: it would not be the name of a file in the folder."""
    if name and not _NAME.fullmatch(name):
        raise InvalidInput(
            f"{name!r} cannot name a file", path="$.name", hint="letters, digits, space, . _ -"
        )


def _write(picture: Measured, folder: Path, name: str) -> str:
    ending = picture.media_type.rpartition("/")[2].replace("jpeg", "jpg")
    stem = name or hashlib.sha256(picture.data).hexdigest()[:16]
    target = folder / f"{stem}.{ending}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        beside.write_bytes(picture.data)
        beside.replace(target)
    except OSError as error:
        raise Rejected(f"{target} cannot be written: {error.strerror}") from None
    return str(target)
