"""Keeps a service's secrets out of what its errors say: some vendors quote what they refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, SecretStr

from interlock.sdk import InterlockError

_STARS = "***"
_SHORTEST = 6


class Veil:
    """
    Args:
        settings: of the service; their secrets are of type ``SecretStr``, or passwords in such.
    """

    def __init__(self, settings: Any) -> None:
        known = {each for each in _secrets(settings) if len(each) >= _SHORTEST}
        longest_first = sorted(known, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if known else None

    def over(self, error: InterlockError) -> InterlockError:
        """The error, with stars for secrets."""
        if self._known is not None:
            error.message = self._known.sub(_STARS, error.message)
            error.hint = self._known.sub(_STARS, error.hint)
            for key, value in error.details.items():
                error.details[key] = self._hidden(value)
        return error

    def _hidden(self, value: Any) -> Any:
        if isinstance(value, str) and self._known is not None:
            return self._known.sub(_STARS, value)
        if isinstance(value, Mapping):
            return {key: self._hidden(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self._hidden(each) for each in value]
        return value


def _secrets(value: Any) -> Iterator[str]:
    if isinstance(value, SecretStr):
        secret = value.get_secret_value()
        yield secret
        yield from _password(secret)
    elif isinstance(value, BaseModel):
        yield from _secrets(dict(value))
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _secrets(each)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _secrets(each)


def _password(secret: str) -> Iterator[str]:
    """That of an address: errors of databases and brokers quote it without the rest."""
    try:
        password = urlsplit(secret).password
    except ValueError:
        return
    if password:
        yield password
        yield unquote(password)
