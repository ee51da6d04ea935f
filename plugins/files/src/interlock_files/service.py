"""The files service: its tools, which leave the blocking work to threads, and its watches."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

from interlock.sdk import InvalidInput, NeedsAttention, Rejected, Service, tool
from interlock_files.folder import Folder
from interlock_files.paths import parts_of
from interlock_files.settings import FilesSettings
from interlock_files.storage import Storage, Stored
from interlock_files.watching import Watcher


class Files(Service[FilesSettings]):
    """The files below one folder of this machine, or below one prefix of an object store."""

    async def start(self) -> None:
        settings = self.settings
        self._storage = storage_of(self.context.name, settings)
        try:
            await asyncio.to_thread(self._storage.make)
        except OSError as error:
            raise NeedsAttention(f"cannot make the folder {settings.root}: {error}") from error

    async def check(self) -> None:
        try:
            await asyncio.to_thread(self._storage.list, (), recursive=False)
        except OSError as error:
            raise NeedsAttention(f"cannot read {self.settings.root}: {error}") from error

    def consumers(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        return {
            watch.name: Watcher(self._storage, self.context, watch).run
            for watch in self.settings.watch
        }

    @tool(effect="read")
    async def read(self, path: str, encoding: Literal["text", "base64"] = "text") -> dict[str, Any]:
        """Read a file: ``{path, size, digest, text}``, or ``base64`` instead of ``text``.

        Args:
            path: path of the file, relative to the root.
            encoding: ``text`` for UTF-8, ``base64`` for anything else.
        """
        parts = parts_of(path)
        data = await asyncio.to_thread(self._storage.read, parts)
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
        digest: str | None = None,
        overwrite: bool = True,
    ) -> dict[str, Any]:
        """Write a file from text, base64 or the blob store: give one of the three.

        The file appears whole or not at all, and folders on its path are made. Returns
        ``{path, size, digest}``, with the size in bytes.

        Args:
            path: path of the file, relative to the root.
            text: content as text, written in UTF-8.
            base64: content as base64.
            digest: digest of content that another tool has put into the blob store.
            overwrite: whether a file that is there already is replaced; otherwise it is an error,
                unless its content is the same.
        """
        if sum(given is not None for given in (text, base64, digest)) != 1:
            raise InvalidInput("give one of text, base64 and digest", path="$.text")
        if digest is not None:
            data = await self.context.blobs.get(digest)
        else:
            data = _bytes_of_base64(base64) if base64 is not None else (text or "").encode()
        write = self._storage.write
        return asdict(await asyncio.to_thread(write, parts_of(path), data, overwrite=overwrite))

    @tool(effect="write", idempotent=True)
    async def write_all(
        self, files: Mapping[str, str], under: str = "", overwrite: bool = True
    ) -> dict[str, Any]:
        """Write many text files: ``{count, size, files: [{path, size, digest}]}``.

        All paths are checked before the first file is written.

        Args:
            files: content as text by path, relative to ``under``.
            under: folder that the paths are relative to; default: the root.
            overwrite: whether files that are there already are replaced; otherwise the first one
                is an error, unless its content is the same.
        """
        prefix = parts_of(under, "under", empty=True)
        planned = {(*prefix, *parts_of(path, "files")): text for path, text in files.items()}

        def write_each() -> list[Stored]:
            return [
                self._storage.write(parts, text.encode(), overwrite=overwrite)
                for parts, text in planned.items()
            ]

        stored = await asyncio.to_thread(write_each)
        size = sum(file.size for file in stored)
        return {"count": len(stored), "size": size, "files": [asdict(file) for file in stored]}

    @tool(effect="read")
    async def list(
        self, path: str = "", pattern: str = "*", recursive: bool = True
    ) -> list[dict[str, Any]]:
        """List files, sorted by path, each as ``{path, size, modified}``.

        ``size`` is in bytes, ``modified`` in seconds since the epoch. Folders are not listed.

        Args:
            path: folder to list, relative to the root; default: the root.
            pattern: shell pattern that the name of a file must match, such as ``*.tsx``.
            recursive: whether to list the files in folders below as well.
        """
        parts = parts_of(path, empty=True)
        files = await asyncio.to_thread(self._storage.list, parts, recursive=recursive)
        return [
            asdict(file) for file in files if fnmatchcase(file.path.rsplit("/", 1)[-1], pattern)
        ]

    @tool(effect="write", idempotent=True)
    async def copy(self, source: str, target: str, overwrite: bool = True) -> dict[str, Any]:
        """Copy a file; folders on the way to the target are made.

        Args:
            source: path of the file to copy, relative to the root.
            target: path of the copy, relative to the root.
            overwrite: whether a file at the target is replaced; otherwise it is an error, unless
                its content is the same.
        """
        origin, goal = parts_of(source, "source"), parts_of(target, "target")

        def copied() -> Stored:
            return self._storage.write(goal, self._storage.read(origin), overwrite=overwrite)

        return asdict(await asyncio.to_thread(copied))

    @tool(effect="read")
    async def stat(self, path: str) -> dict[str, Any]:
        """Look up a file's size and time of the last change: ``{path, size, modified}``.

        ``size`` is in bytes, ``modified`` in seconds since the epoch.

        Args:
            path: path of the file, relative to the root.
        """
        return asdict(await asyncio.to_thread(self._storage.stat, parts_of(path)))

    @tool(effect="write", destructive=True)
    async def move(self, source: str, target: str, overwrite: bool = True) -> dict[str, Any]:
        """Move or rename a file; folders on the way to the target are made.

        Args:
            source: path of the file, relative to the root.
            target: new path of the file, relative to the root.
            overwrite: whether a file at the target is replaced; otherwise it is an error.
        """
        origin, goal = parts_of(source, "source"), parts_of(target, "target")
        move = self._storage.move
        return asdict(await asyncio.to_thread(move, origin, goal, overwrite=overwrite))

    @tool(effect="write", idempotent=True, destructive=True)
    async def delete(self, path: str, recursive: bool = False) -> dict[str, Any]:
        """Delete a file or a folder; ``deleted`` is the number of files that are gone.

        Args:
            path: path of the file or folder, relative to the root.
            recursive: whether a folder is deleted with everything in it; otherwise one that is not
                empty is an error.
        """
        parts = parts_of(path)
        gone = await asyncio.to_thread(self._storage.delete, parts, recursive=recursive)
        return {"deleted": gone}


def storage_of(service: str, settings: FilesSettings) -> Storage:
    """The storage that the root names: a folder by its path, an object store by its URL."""
    if "://" not in settings.root:
        return Folder(Path(settings.root).expanduser(), settings.max_size)
    # Only now, since whoever has a folder has no use for fsspec.
    from interlock_files.bucket import Bucket

    secrets = {name: secret.get_secret_value() for name, secret in settings.credentials.items()}
    return Bucket(service, settings.root, settings.max_size, {**settings.options, **secrets})


def _bytes_of_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise InvalidInput(f"not base64: {error}", path="$.base64") from None
