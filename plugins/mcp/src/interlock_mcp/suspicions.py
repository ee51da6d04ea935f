"""Descriptions that are written for a model and against its user.

Known forms only: a text that passes is not thereby honest. What is found is held until a person
has looked at it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_FORMS = {
    "gives orders to the model": (
        r"\b(ignore|disregard|forget|override)\b[^.]{0,40}\b(previous|prior|above|earlier|all|other)\b"
        r"[^.]{0,20}\b(instruction|prompt|rule|message|polic)"
    ),
    "asks for silence towards the user": (
        r"\b(do not|don't|never|without)\b[^.]{0,30}"
        r"\b(tell|mention|inform|reveal|notify|ask)(ing)?\b[^.]{0,20}"
        r"\b(the )?(user|human|anyone|anybody)"
    ),
    "has markup for the model": (
        r"<\s*/?\s*(important|system|instructions?|secret|hidden|admin)\s*>"
    ),
    "asks for files that hold secrets": (
        r"(\.ssh\b|\bid_(rsa|ed25519)\b|/etc/(passwd|shadow)|\.aws/|\.env\b|mcp\.json\b"
        r"|\bkeychain\b)"
    ),
    "meddles with other tools": (
        r"\b(before|instead of|whenever|after)\b[^.]{0,30}\b(using|calling|invoking|use|call)\b"
        r"[^.]{0,20}\b(any|other|another|every)\b[^.]{0,20}\btools?\b"
    ),
    "sends what it is given elsewhere": (
        r"\b(send|forward|post|copy|bcc|exfiltrate|upload)(s|ing)?\b[^.]{0,60}"
        r"(https?://|\b[\w.+-]+@[\w-]+\.\w+|\battacker\b)"
    ),
}
_COMPILED = {what: re.compile(form, re.IGNORECASE) for what, form in _FORMS.items()}
_HIDDEN = re.compile(
    r"\x1b|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    r"\U000e0000-\U000e007f]"
)
_MIXED = re.compile(r"[A-Za-z][\u0370-\u03ff\u0400-\u052f]|[\u0370-\u03ff\u0400-\u052f][A-Za-z]")


def suspicions(name: str, *parts: Any) -> list[str]:
    """What is wrong with the texts of a definition, in words that go on with "it"."""
    texts = [name, *(text for part in parts for text in _texts(part))]
    found = [what for what, form in _COMPILED.items() if any(map(form.search, texts))]
    if any(map(_HIDDEN.search, texts)):
        found.append("has characters that people do not see")
    if not name.isascii() or any(map(_MIXED.search, texts)):
        found.append("has letters that look like others")
    return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield str(key)
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
