"""Keeps a service's secrets out of what its errors say: some vendors quote what they refuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.config import Secrets
from interlock.sdk import InterlockError


class Redactor:
    """Takes the secrets of one service out of its errors.

    Args:
        settings: of the service, with its secrets.
    """

    def __init__(self, settings: Any) -> None:
        self._secrets = Secrets(settings)

    def redact(self, error: InterlockError) -> InterlockError:
        """The error, with stars for secrets."""
        if self._secrets:
            error.message = self._secrets.hidden(error.message)
            error.hint = self._secrets.hidden(error.hint)
            for key, value in error.details.items():
                error.details[key] = self._hidden(value)
        return error

    def _hidden(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._secrets.hidden(value)
        if isinstance(value, Mapping):
            return {key: self._hidden(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self._hidden(each) for each in value]
        return value
