"""Configuration files on disk."""

from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write files below the working directory of the test; returns ``demo.yaml``."""
    monkeypatch.chdir(tmp_path)

    def write_files(main: str, **others: str) -> Path:
        for name, text in {"demo.yaml": main, **others}.items():
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return Path("demo.yaml")

    return write_files
