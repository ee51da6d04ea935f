"""Names of generated screens and constants."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

_TELLING = ("Screen", "Page", "View", "Section")
_LONGEST = 60
_MOST_WORDS = 3


def screen_name(name: str) -> str:
    """``"home / hero"`` gives ``HomeHeroScreen``; other scripts than Latin give a digest."""
    plain = unicodedata.normalize("NFKD", name)
    ascii_only = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.findall(r"[A-Za-z0-9]+", ascii_only)
    text = "".join(word[0].upper() + word[1:] for word in words)
    if not text:
        text = "Layer" + hashlib.sha256(name.encode()).hexdigest()[:6].upper()
    text = text[:_LONGEST] if text[0].isalpha() else f"N{text[:_LONGEST]}"
    return text if text.endswith(_TELLING) else f"{text}Screen"


def constant(layer: str, what: str) -> str:
    """``constant("Left icon", "fills")`` gives ``leftIconFills``."""
    found = re.findall(r"[A-Za-z0-9]+", layer)[:_MOST_WORDS]
    text = "".join(word[0].upper() + word[1:] for word in (*found, what))
    return text[0].lower() + text[1:] if text[0].isalpha() else f"layer{text}"


def unique(names: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """The names in order, later doubles numbered; case does not tell two apart."""
    used = {name.lower() for name in taken}
    result = []
    for name in names:
        candidate, number = name, 1
        while candidate.lower() in used:
            number += 1
            candidate = f"{name}{number}"
        used.add(candidate.lower())
        result.append(candidate)
    return result
