"""Identifiers from layer names in any script."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

# Words that would shadow something in a generated module or have a meaning of their own in React.
_RESERVED = frozenset(
    re.findall(
        r"\w+",
        "arguments await break case catch class classname const continue debugger"
        " default delete do else enum eval export extends false finally for function if"
        " implements import in instanceof interface key let new null of package private"
        " protected public ref return static style super switch this throw true try"
        " typeof undefined var void while with yield children id nodeid at",
    )
)

# Types that a generated module names without importing anything else of that name.
_TYPES = frozenset(("Record", "ReactNode"))
_LONGEST = 60
"""Characters; a name is a file's too, and file systems stop at 255 bytes."""


def words(name: str) -> list[str]:
    """ASCII words of a name: ``"Größe / XL-2"`` gives ``["Grosse", "XL", "2"]``."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    ascii_only = "".join(c for c in plain if not unicodedata.combining(c))
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", ascii_only)
    return re.findall(r"[A-Za-z0-9]+", spaced)


def pascal(name: str) -> str:
    """``"icon / arrow-left"`` gives ``IconArrowLeft``; a digest stands in for other scripts.

    Long names are cut.
    """
    text = "".join(word[0].upper() + word[1:] for word in words(name))
    if not text:
        return "Layer" + hashlib.sha256(name.encode()).hexdigest()[:6].upper()
    text = text[:_LONGEST] if text[0].isalpha() else f"N{text[:_LONGEST]}"
    return f"{text}Component" if text in _TYPES else text


def component(name: str) -> str:
    """As :func:`pascal`, but ``"Buttons/Button"`` gives ``Button``."""
    folder, _, own = name.rpartition("/")
    last = folder.rpartition("/")[2].strip().lower().removesuffix("s")
    told = last and own.strip().lower().startswith(last)
    return pascal(own if told else name)


def camel(name: str) -> str:
    """``"Show Icon"`` gives ``showIcon``; reserved words get a suffix."""
    text = pascal(name)
    head = re.match(r"[A-Z]+(?![a-z])|[A-Z]", text)
    text = head[0].lower() + text[head.end() :] if head else text
    return f"{text}Value" if text.lower() in _RESERVED else text


def kebab(name: str) -> str:
    """``"Brand/Primary 500"`` gives ``brand-primary-500``; may be empty."""
    return "-".join(word.lower() for word in words(name))


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
