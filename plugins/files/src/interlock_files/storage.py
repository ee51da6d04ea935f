"""What the tools need of a place that keeps files. All of it blocks and belongs into threads."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from interlock.sdk import Rejected

Parts = Sequence[str]


@dataclass(frozen=True, slots=True)
class Stored:
    """A file as it stands; ``digest`` is ``sha256:<hex>``."""

    path: str
    size: int
    digest: str

    @classmethod
    def of(cls, parts: Parts, data: bytes) -> Stored:
        return cls(joined(parts), len(data), f"sha256:{hashlib.sha256(data).hexdigest()}")


@dataclass(frozen=True, slots=True)
class Listed:
    """A file in a listing; ``modified`` in seconds since the epoch."""

    path: str
    size: int
    modified: float


class Storage(Protocol):
    """Files below one root, by the names along their paths."""

    def make(self) -> None:
        """Get ready.

        Raises:
            NeedsAttention: the root cannot be used, and a person has to see to it.
        """
        ...

    def read(self, parts: Parts) -> bytes:
        """The bytes of a file; NotFound, or Rejected if it is too large or no file."""
        ...

    def write(self, parts: Parts, data: bytes, *, overwrite: bool) -> Stored:
        """Put a file in place, whole or not at all; Conflict if another is there and may stay."""
        ...

    def stat(self, parts: Parts) -> Listed:
        """A file without its bytes; NotFound, or Rejected if it is no file."""
        ...

    def list(self, parts: Parts, *, recursive: bool) -> list[Listed]:
        """The files in a folder, sorted by path."""
        ...

    def move(self, source: Parts, target: Parts, *, overwrite: bool) -> Listed:
        """Give a file another path; folders are made."""
        ...

    def delete(self, parts: Parts, *, recursive: bool) -> int:
        """Remove a file, or with ``recursive`` a folder; how many files are gone."""
        ...


def joined(parts: Parts) -> str:
    return "/".join(parts)


def check_size(parts: Parts, size: int, limit: int) -> None:
    """Raises: Rejected: ``size`` bytes are more than allowed."""
    if size > limit:
        raise Rejected(
            f"{joined(parts)} has {size} bytes, more than the {limit} allowed",
            hint="raise max_size in the service's settings",
            size=size,
            limit=limit,
        )
