"""The files service: its tools, which leave the blocking work to threads."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Mapping
from dataclasses import asdict
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from interlock.sdk import Bytes, InvalidInput, NeedsAttention, Rejected, Service, Settings, tool
from interlock_files.folder import Folder, Stored
from interlock_files.paths import parts_of

_MEGABYTE = 10**6


class FilesSettings(Settings):
    """One folder."""

    root: Path = Field(description="the folder; made at start if missing")
    max_size: Bytes = Field(50 * _MEGABYTE, description="of one file, read or written")


class Files(Service[FilesSettings]):
    """The files below one folder of this machine."""

    async def start(self) -> None:
        self._folder = Folder(self.settings.root.expanduser(), self.settings.max_size)
        try:
            await asyncio.to_thread(self._folder.make)
        except OSError as error:
            raise NeedsAttention(f"cannot make the folder {self.settings.root}: {error}") from error

    async def check(self) -> None:
        try:
            await asyncio.to_thread(self._folder.list, (), recursive=False)
        except OSError as error:
            raise NeedsAttention(f"cannot read {self.settings.root}: {error}") from error

    @tool(effect="read")
    async def read(self, path: str, encoding: Literal["text", "base64"] = "text") -> dict[str, Any]:
        """Read a file as text (UTF-8) or as base64.

        Args:
            path: of the file, relative to the folder.
            encoding: base64 for what is not text.
        """
        parts = parts_of(path)
        data = await asyncio.to_thread(self._folder.read, parts)
        facts = asdict(Stored.of(parts, data))
        if encoding == "base64":
            return {**facts, "base64": base64.b64encode(data).decode()}
        try:
            return {**facts, "text": data.decode()}
        except UnicodeDecodeError:
            raise Rejected(f"{path} is not UTF-8 text", hint="read it as base64") from None

    @tool(effect="write", idempotent=True)
    async def write(
        self,
        path: str,
        text: str | None = None,
        base64: str | None = None,
        overwrite: bool = True,
    ) -> dict[str, Any]:
        """Write a file, whole or not at all; folders are made.

        Args:
            path: of the file, relative to the folder.
            text: what to write, as UTF-8.
            base64: what to write, if it is not text.
            overwrite: whether a file that is there already may be replaced.
        """
        if (text is None) == (base64 is None):
            raise InvalidInput("give either text or base64", path="$.text")
        data = _bytes_of_base64(base64) if base64 is not None else (text or "").encode()
        write = self._folder.write
        return asdict(await asyncio.to_thread(write, parts_of(path), data, overwrite=overwrite))

    @tool(effect="write", idempotent=True)
    async def write_all(
        self, files: Mapping[str, str], under: str = "", overwrite: bool = True
    ) -> dict[str, Any]:
        """Write many text files. All paths are checked before the first file is written.

        Args:
            files: text by path, relative to ``under``.
            under: a folder to put them in.
            overwrite: whether files that are there already may be replaced.
        """
        prefix = parts_of(under, "under", empty=True)
        planned = {(*prefix, *parts_of(path, "files")): text for path, text in files.items()}

        def write_each() -> list[Stored]:
            return [
                self._folder.write(parts, text.encode(), overwrite=overwrite)
                for parts, text in planned.items()
            ]

        stored = await asyncio.to_thread(write_each)
        size = sum(file.size for file in stored)
        return {"count": len(stored), "size": size, "files": [asdict(file) for file in stored]}

    @tool(effect="read")
    async def list(
        self, path: str = "", pattern: str = "*", recursive: bool = True
    ) -> list[dict[str, Any]]:
        """List files, sorted by path.

        Args:
            path: a folder; the whole one by default.
            pattern: shell pattern that a file's name must match, e.g. ``*.tsx``.
            recursive: with the files in folders below.
        """
        parts = parts_of(path, empty=True)
        files = await asyncio.to_thread(self._folder.list, parts, recursive=recursive)
        return [
            asdict(file) for file in files if fnmatchcase(file.path.rsplit("/", 1)[-1], pattern)
        ]

    @tool(effect="write", idempotent=True)
    async def copy(self, source: str, target: str, overwrite: bool = True) -> dict[str, Any]:
        """Copy a file within the folder.

        Args:
            source: path of the file to copy.
            target: path of the copy.
            overwrite: whether a file that is there already may be replaced.
        """
        origin, goal = parts_of(source, "source"), parts_of(target, "target")

        def copied() -> Stored:
            return self._folder.write(goal, self._folder.read(origin), overwrite=overwrite)

        return asdict(await asyncio.to_thread(copied))

    @tool(effect="write", idempotent=True, destructive=True)
    async def delete(self, path: str, recursive: bool = False) -> dict[str, Any]:
        """Delete a file, or a folder with all that is in it.

        Args:
            path: relative to the folder.
            recursive: needed for a folder that is not empty.
        """
        parts = parts_of(path)
        gone = await asyncio.to_thread(self._folder.delete, parts, recursive=recursive)
        return {"deleted": gone}


def _bytes_of_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise InvalidInput(f"not base64: {error}", path="$.base64") from None
