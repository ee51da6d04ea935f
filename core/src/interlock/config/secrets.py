"""The secrets that settings hold, and stars for them wherever else they turn up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, SecretBytes, SecretStr

STARS = "***"
_SHORTEST = 6  # what is shorter stands in ordinary words as well


class Secrets:
    """All that ``value``, a model or what models are made of, keeps as a secret.

    Those are values of type ``SecretStr`` and ``SecretBytes``, and the passwords in such.
    """

    def __init__(self, value: Any = None) -> None:
        known = {each for each in _secrets(value) if len(each) >= _SHORTEST}
        longest_first = sorted(known, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if known else None

    def __bool__(self) -> bool:
        return self._known is not None

    def hidden(self, text: str) -> str:
        """``text`` with stars for secrets."""
        return text if self._known is None else self._known.sub(STARS, text)


def _secrets(value: Any) -> Iterator[str]:
    if isinstance(value, SecretStr):
        yield from _with_password(value.get_secret_value())
    elif isinstance(value, SecretBytes):
        yield value.get_secret_value().decode(errors="replace")
    elif isinstance(value, BaseModel):
        yield from _secrets(dict(value))
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _secrets(each)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _secrets(each)


def _with_password(secret: str) -> Iterator[str]:
    """And that of an address: errors of databases and brokers quote it without the rest."""
    yield secret
    try:
        password = urlsplit(secret).password
    except ValueError:
        return
    if password:
        yield password
        yield unquote(password)
