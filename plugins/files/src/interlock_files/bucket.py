"""Files below a prefix of an object store, through fsspec: the only module that knows it.

Only stores of whole objects are let in. They have no links, so a path that has no ``..`` stays
below its prefix, and they replace an object at once, so a reader never sees a part of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import fsspec  # type: ignore[import-untyped]

from interlock.sdk import (
    Conflict,
    InterlockError,
    NeedsAttention,
    NotFound,
    Rejected,
    Retryable,
)
from interlock_files.storage import Listed, Parts, Stored, check_size, joined

EXTRAS: Mapping[str, str] = {
    "s3": "s3",
    "gs": "gcs",
    "gcs": "gcs",
    "az": "azure",
    "abfs": "azure",
    "memory": "",
}
"""Protocols of roots, and the extra of this distribution that each needs."""

# What fsspec's implementations call the time of the last change.
_MODIFIED = ("LastModified", "mtime", "last_modified", "updated", "created")
# Where the errors come from that their libraries do not turn into those of Python.
_LIBRARIES = frozenset({"aiobotocore", "botocore", "aiohttp", "gcsfs", "google", "azure"})


class Bucket:
    """The objects below ``root``, such as ``s3://bucket/prefix``.

    Args:
        options: for fsspec's implementation of the protocol, credentials included.
    """

    def __init__(self, service: str, root: str, max_size: int, options: Mapping[str, Any]) -> None:
        self._service = service
        self._root = root
        self._max_size = max_size
        self._options = options
        self._fs: Any = None
        self._base = ""

    def make(self) -> None:
        protocol = self._root.partition("://")[0]
        if "::" in self._root or protocol not in EXTRAS:
            known = ", ".join(EXTRAS)
            hint = f"write a path, or a URL of one of these: {known}"
            raise NeedsAttention(f"{self._service}: {self._root} cannot be a root", hint=hint)
        try:
            self._fs, base = fsspec.core.url_to_fs(
                self._root, skip_instance_cache=True, use_listings_cache=False, **self._options
            )
        except ImportError:
            hint = f"install interlock-files[{EXTRAS[protocol]}]"
            raise NeedsAttention(
                f"{self._service}: {protocol} is not installed", hint=hint
            ) from None
        except (TypeError, ValueError) as error:
            hint = "check options and credentials"
            raise NeedsAttention(f"{self._service}: {protocol}: {error}", hint=hint) from None
        self._base = base.rstrip("/")

    def read(self, parts: Parts) -> bytes:
        size = self.stat(parts).size
        check_size(parts, size, self._max_size)
        if not size:  # stores refuse a range of nothing
            return b""
        with self._named(parts):
            # One byte more than allowed: it may have grown since.
            end = self._max_size + 1
            data: bytes = self._fs.cat_file(self._key(parts), start=0, end=end)
        check_size(parts, len(data), self._max_size)
        return data

    def write(self, parts: Parts, data: bytes, *, overwrite: bool) -> Stored:
        check_size(parts, len(data), self._max_size)
        with self._named(parts):
            try:
                mode = "overwrite" if overwrite else "create"
                self._fs.pipe_file(self._key(parts), data, mode=mode)
            except FileExistsError:
                # A call that is repeated finds what it wrote the first time.
                if overwrite or self.read(parts) != data:
                    raise
        return Stored.of(parts, data)

    def stat(self, parts: Parts) -> Listed:
        with self._named(parts):
            facts = self._fs.info(self._key(parts))
        if facts["type"] != "file":
            raise Rejected(f"{joined(parts)} is not a file")
        return Listed(joined(parts), facts["size"], _modified(facts))

    def list(self, parts: Parts, *, recursive: bool) -> list[Listed]:
        """Keys that no path can name, such as those with ``//``, are left out."""
        folder = self._key(parts)
        with self._named(parts):
            found = self._fs.find(folder, maxdepth=None if recursive else 1, detail=True)
        if folder in found:
            raise Rejected(f"{joined(parts)} is a file")
        if parts and not found:
            raise NotFound(f"there is no {joined(parts)}")
        files = (
            Listed(key[len(self._base) + 1 :], facts["size"], _modified(facts))
            for key, facts in found.items()
            if facts["type"] == "file"
        )
        return sorted((file for file in files if _nameable(file.path)), key=lambda file: file.path)

    def move(self, source: Parts, target: Parts, *, overwrite: bool) -> Listed:
        """Copied within the store, then removed: for a moment it is at both paths."""
        moved = self.stat(source)
        if moved.path == joined(target):
            return moved
        with self._named(target):
            if not overwrite and self._fs.exists(self._key(target)):
                raise FileExistsError
            self._fs.cp_file(self._key(source), self._key(target))
            self._fs.rm_file(self._key(source))
        return self.stat(target)

    def delete(self, parts: Parts, *, recursive: bool) -> int:
        try:
            if not self._is_folder(parts):
                with self._named(parts):
                    self._fs.rm_file(self._key(parts))
                return 1
            files = self.list(parts, recursive=True)
        except NotFound:
            return 0
        if files and not recursive:
            hint = "delete it with recursive=true"
            raise Conflict(f"{joined(parts)} is a folder with files in it", hint=hint)
        with self._named(parts):
            self._fs.rm([f"{self._base}/{file.path}" for file in files])
        return len(files)

    def _is_folder(self, parts: Parts) -> bool:
        with self._named(parts):
            return bool(self._fs.info(self._key(parts))["type"] != "file")

    def _key(self, parts: Parts) -> str:
        return "/".join([self._base, *parts])

    @contextmanager
    def _named(self, parts: Parts) -> Iterator[None]:
        """Errors of the store as errors of a caller, with the path they are about."""
        path = joined(parts) or "."
        try:
            yield
        except FileNotFoundError:
            raise NotFound(f"there is no {path}") from None
        except FileExistsError:
            raise Conflict(f"{path} exists", hint="allow it with overwrite=true") from None
        except IsADirectoryError:
            raise Conflict(f"{path} is a folder") from None
        except PermissionError as error:
            hint = "check the credentials and what they allow"
            raise NeedsAttention(f"{self._service}: {path}: {error}", hint=hint) from None
        except InterlockError:
            raise
        except Exception as error:
            raise self._failure(path, error) from error

    def _failure(self, path: str, error: Exception) -> Exception:
        kind = type(error)
        if "Credentials" in kind.__name__:
            hint = "give them in the service's settings"
            return NeedsAttention(f"{self._service}: {error}", hint=hint)
        if isinstance(error, OSError) or kind.__module__.partition(".")[0] in _LIBRARIES:
            return Retryable(f"{self._service}: {path}: {kind.__name__}: {error}")
        return error


def _modified(facts: Mapping[str, Any]) -> float:
    found = next((facts[name] for name in _MODIFIED if facts.get(name) is not None), 0.0)
    if isinstance(found, str):
        found = datetime.fromisoformat(found)
    return found.timestamp() if isinstance(found, datetime) else float(found)


def _nameable(path: str) -> bool:
    return all(part not in ("", ".", "..") for part in path.split("/"))
