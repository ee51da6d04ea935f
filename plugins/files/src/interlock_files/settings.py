"""Settings of the files service."""

from __future__ import annotations

from typing import Any

from pydantic import Field, SecretStr, field_validator

from interlock.sdk import Bytes, InvalidInput, Seconds, Settings
from interlock_files.paths import parts_of

_MEGABYTE = 10**6


class Watch(Settings):
    """A folder looked at again and again."""

    path: str = Field("", description="of the folder; default: the root")
    pattern: str = Field("*", description="shell pattern that a file's name must match")
    recursive: bool = Field(True, description="whether files in folders below count as well")
    every: Seconds = Field(5.0, gt=0, description="between two looks")
    existing: bool = Field(
        False, description="whether files that the first look finds count as created"
    )
    max_files: int = Field(10_000, ge=1, description="more are not watched")

    @field_validator("path")
    @classmethod
    def _inside(cls, path: str) -> str:
        try:
            parts_of(path, empty=True)
        except InvalidInput as error:
            raise ValueError(error.message) from None
        return path

    @property
    def name(self) -> str:
        """By which what has been seen is kept."""
        return f"watch:{self.path}:{self.pattern}:{int(self.recursive)}"


class FilesSettings(Settings):
    """One folder, or one prefix of an object store."""

    root: str = Field(description="a folder, made at start if missing; or s3://bucket/prefix, …")
    max_size: Bytes = Field(50 * _MEGABYTE, description="of one file, read or written")
    credentials: dict[str, SecretStr] = Field(
        default={}, description="for an object store, by fsspec's names: key, secret, token, …"
    )
    options: dict[str, Any] = Field(
        default={}, description="for an object store, by fsspec's names: endpoint_url, anon, …"
    )
    watch: tuple[Watch, ...] = Field((), description="folders whose changes become events")

    @field_validator("watch")
    @classmethod
    def _differ(cls, watches: tuple[Watch, ...]) -> tuple[Watch, ...]:
        if len({watch.name for watch in watches}) < len(watches):
            raise ValueError("two watches look for the same files")
        return watches
