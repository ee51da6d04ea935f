"""Files to begin with: a folder to run, and a plugin distribution.

Those that end with ``.txt`` are templates: ``$name`` and the like are filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Template

from interlock.sdk import Conflict

_ENDING = ".txt"


def write_scaffold(kind: str, folder: Path, places: Mapping[str, str], **words: str) -> list[Path]:
    """Write all files of a kind, or none.

    Args:
        kind: ``project`` or ``plugin``.
        places: where each file goes, below ``folder``.
        words: what is filled in.

    Returns:
        what was written.

    Raises:
        Conflict: one of the files is there already.
    """
    source = files(__name__) / kind
    texts = {}
    for name, place in places.items():
        text = source.joinpath(name).read_text(encoding="utf-8")
        texts[folder / place] = Template(text).substitute(words) if name.endswith(_ENDING) else text
    there = [str(path) for path in texts if path.exists()]
    if there:
        raise Conflict(f"nothing was written: {', '.join(there)} is there already")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(texts)
