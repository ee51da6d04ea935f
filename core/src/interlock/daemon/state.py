"""The state directory: one daemon at a time, its token, and where it listens."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from interlock.sdk import Conflict

_PRIVATE_FOLDER = 0o700
_PRIVATE_FILE = 0o600


@dataclass(frozen=True)
class StateDirectory:
    """A folder that only its owner can read; hold the lock to use it."""

    path: Path

    @classmethod
    @contextmanager
    def locked(cls, path: Path) -> Iterator[StateDirectory]:
        """Keep every other daemon out for as long as the block lasts.

        Raises:
            Conflict: another daemon holds it.
        """
        path.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        lock = os.open(path / "daemon.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE_FILE)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise Conflict(
                f"another daemon uses {path}",
                hint="stop it, or give this one its own daemon.state_dir",
            ) from None
        try:
            yield cls(path)
        finally:
            os.close(lock)

    def token(self) -> str:
        """The bearer token of this daemon; made once, then kept."""
        file = self.path / "token"
        if not file.exists():
            _write_private(file, secrets.token_urlsafe(32).encode())
        return file.read_text(encoding="ascii").strip()

    @contextmanager
    def announced(self, url: str) -> Iterator[None]:
        """Tell local clients where the daemon listens, for as long as the block lasts."""
        file = self.path / "daemon.json"
        content = {"url": url, "token": self.token(), "pid": os.getpid()}
        _write_private(file, orjson.dumps(content))
        try:
            yield
        finally:
            file.unlink(missing_ok=True)


def _write_private(path: Path, content: bytes) -> None:
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    draft.replace(path)
