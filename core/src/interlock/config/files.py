"""Globs of files, and reading them."""

from __future__ import annotations

import glob
from pathlib import Path

BYTES = 5_000_000


def matching(pattern: str) -> list[Path]:
    """The files that a glob matches, sorted; ``**`` stands for any number of folders."""
    found = glob.glob(pattern, recursive=True)  # noqa: PTH207 - Path.glob takes no absolute one
    return [path for path in map(Path, sorted(found)) if path.is_file()]


def is_glob(pattern: str) -> bool:
    return glob.has_magic(pattern)


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        ValueError: it cannot be read, is too large or is not UTF-8; the message says which.
    """
    try:
        if path.stat().st_size > BYTES:
            raise ValueError(f"larger than {BYTES:,} bytes")
        return path.read_text("utf-8")
    except OSError as error:
        raise ValueError((error.strerror or str(error)).lower()) from None
    except UnicodeDecodeError:
        raise ValueError("not a text in UTF-8") from None
