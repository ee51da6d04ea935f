"""File operations below one folder. All of them block and belong into worker threads.

Every step goes from an open directory to a name in it without following links (``openat``
with ``O_NOFOLLOW``), so no path leads out of the folder even while somebody else moves
directories or plants links. Needs a POSIX system.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from interlock.sdk import Conflict, NeedsAttention, NotFound, Rejected, Retryable
from interlock_files.storage import Listed, Parts, Stored, check_size, joined

_FOR_PEOPLE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_UNFINISHED = ".interlock"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Folder:
    """The folder at ``root``; files above ``max_size`` bytes are neither read nor written."""

    def __init__(self, root: Path, max_size: int) -> None:
        self._root = root
        self._max_size = max_size

    def make(self) -> None:
        self._root.mkdir(parents=True, exist_ok=True)

    def read(self, parts: Parts) -> bytes:
        """The bytes of a file; NotFound, or Rejected if it is too large or no file."""
        with self._parent(parts) as parent, _named(parts):
            descriptor = os.open(parts[-1], _FILE, dir_fd=parent)
            try:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode):
                    raise Rejected(f"{joined(parts)} is not a file")
                check_size(parts, status.st_size, self._max_size)
                with os.fdopen(descriptor, "rb", closefd=False) as file:
                    data = file.read(self._max_size + 1)
            finally:
                os.close(descriptor)
        check_size(parts, len(data), self._max_size)
        return data

    def write(self, parts: Parts, data: bytes, *, overwrite: bool) -> Stored:
        """Put a file in place whole: written beside, synced, renamed. Folders are made."""
        check_size(parts, len(data), self._max_size)
        with self._parent(parts, make=True) as parent, _named(parts):
            temporary = f".{secrets.token_hex(8)}{_UNFINISHED}"
            try:
                _write_new(temporary, data, parent)
                place = self._replace if overwrite else self._place
                place(temporary, parts, data, parent)
                os.fsync(parent)
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(temporary, dir_fd=parent)
        return Stored.of(parts, data)

    def list(self, parts: Parts, *, recursive: bool) -> list[Listed]:
        """The files in a folder, sorted by path; links and what is no file are left out."""
        try:
            with self._opened(parts) as top:
                return sorted(_files(top, tuple(parts), recursive), key=lambda file: file.path)
        except NotFound:
            if parts:
                raise
            return []

    def stat(self, parts: Parts) -> Listed:
        """A file without its bytes; NotFound, or Rejected if it is no file."""
        with self._parent(parts) as parent, _named(parts):
            status = os.lstat(parts[-1], dir_fd=parent)
        if not stat.S_ISREG(status.st_mode):
            raise Rejected(f"{joined(parts)} is not a file")
        return Listed(joined(parts), status.st_size, status.st_mtime)

    def move(self, source: Parts, target: Parts, *, overwrite: bool) -> Listed:
        """Rename a file; at no moment is it at neither path."""
        moved = self.stat(source)
        with (
            self._parent(source) as origin,
            self._parent(target, make=True) as goal,
            _named(target),
        ):
            if overwrite:
                _check_no_folder(target, goal)
                os.replace(source[-1], target[-1], src_dir_fd=origin, dst_dir_fd=goal)
            else:
                # A hard link fails where the name is taken; a rename would not.
                os.link(
                    source[-1],
                    target[-1],
                    src_dir_fd=origin,
                    dst_dir_fd=goal,
                    follow_symlinks=False,
                )
                os.unlink(source[-1], dir_fd=origin)
            os.fsync(goal)
        return Listed(joined(target), moved.size, moved.modified)

    def delete(self, parts: Parts, *, recursive: bool) -> int:
        """Remove a file, or with ``recursive`` a folder; how many files are gone."""
        try:
            with self._parent(parts) as parent, _named(parts):
                return _remove(parts[-1], parent, recursive)
        except NotFound:
            return 0

    def _replace(self, temporary: str, parts: Parts, data: bytes, parent: int) -> None:
        _check_no_folder(parts, parent)
        os.replace(temporary, parts[-1], src_dir_fd=parent, dst_dir_fd=parent)

    def _place(self, temporary: str, parts: Parts, data: bytes, parent: int) -> None:
        try:
            # A hard link fails where the name is taken; a rename would not.
            os.link(temporary, parts[-1], src_dir_fd=parent, dst_dir_fd=parent)
        except FileExistsError:
            # A call that is repeated finds what it wrote the first time.
            if self.read(parts) != data:
                raise

    @contextmanager
    def _parent(self, parts: Parts, *, make: bool = False) -> Iterator[int]:
        with self._opened(parts[:-1], make=make) as parent:
            yield parent

    @contextmanager
    def _opened(self, parts: Parts, *, make: bool = False) -> Iterator[int]:
        """A descriptor of the directory at the end of ``parts``."""
        with _named(parts):
            current = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                for part in parts:
                    if make:
                        with suppress(FileExistsError):
                            os.mkdir(part, dir_fd=current)
                    below = os.open(part, _DIRECTORY, dir_fd=current)
                    os.close(current)
                    current = below
            except BaseException:
                os.close(current)
                raise
        try:
            yield current
        finally:
            os.close(current)


def _write_new(name: str, data: bytes, parent: int) -> None:
    with os.fdopen(os.open(name, _NEW, 0o666, dir_fd=parent), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _check_no_folder(parts: Parts, parent: int) -> None:
    with suppress(FileNotFoundError):
        if stat.S_ISDIR(os.lstat(parts[-1], dir_fd=parent).st_mode):
            raise Conflict(f"{joined(parts)} is a folder")


def _files(folder: int, prefix: tuple[str, ...], recursive: bool) -> Iterator[Listed]:
    for name in _names(folder):
        if name.startswith(".") and name.endswith(_UNFINISHED):
            continue  # being written, or left by a process that was killed
        parts = (*prefix, name)
        # What is gone since it was named is left out; the others are still there.
        with suppress(FileNotFoundError, NotADirectoryError):
            status = os.lstat(name, dir_fd=folder)
            if stat.S_ISREG(status.st_mode):
                yield Listed(joined(parts), status.st_size, status.st_mtime)
            elif recursive and stat.S_ISDIR(status.st_mode):
                yield from _files_below(name, folder, parts)


def _files_below(name: str, folder: int, parts: tuple[str, ...]) -> Iterator[Listed]:
    below = os.open(name, _DIRECTORY, dir_fd=folder)
    try:
        yield from _files(below, parts, recursive=True)
    finally:
        os.close(below)


def _names(folder: int) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries]


def _remove(name: str, parent: int, recursive: bool) -> int:
    if not stat.S_ISDIR(os.lstat(name, dir_fd=parent).st_mode):
        os.unlink(name, dir_fd=parent)
        return 1
    removed = 0
    if recursive:
        folder = os.open(name, _DIRECTORY, dir_fd=parent)
        try:
            removed = sum(_remove(entry, folder, recursive) for entry in _names(folder))
        finally:
            os.close(folder)
    os.rmdir(name, dir_fd=parent)
    return removed


@contextmanager
def _named(parts: Parts) -> Iterator[None]:
    """Errors of the system as errors of a caller, with the path they are about."""
    path = joined(parts) or "."
    try:
        yield
    except FileNotFoundError:
        raise NotFound(f"there is no {path}") from None
    except FileExistsError:
        raise Conflict(f"{path} exists", hint="allow it with overwrite=true") from None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise Rejected(f"{path} passes through a link or a file") from None
        if error.errno == errno.ENOTEMPTY:
            hint = "delete it with recursive=true"
            raise Conflict(f"{path} is a folder with files in it", hint=hint) from None
        if error.errno in _FOR_PEOPLE:
            hint = "check the folder's rights and the room on its disk"
            raise NeedsAttention(f"{path}: {error.strerror}", hint=hint) from None
        raise Retryable(f"{path}: {error.strerror}") from None
