"""Links to uploaded files live one hour; no answer carries them on.

Source: https://developers.notion.com/reference/file-object
"""

from __future__ import annotations

from typing import Any

_EXPIRING = frozenset({"url", "expiry_time"})


def without_expiring_urls(value: Any) -> Any:
    """The same JSON; where a link has an ``expiry_time``, both are gone."""
    if isinstance(value, list):
        return [without_expiring_urls(item) for item in value]
    if not isinstance(value, dict):
        return value
    expires = "expiry_time" in value
    return {
        name: without_expiring_urls(item)
        for name, item in value.items()
        if not (expires and name in _EXPIRING)
    }
