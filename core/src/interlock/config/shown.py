"""The effective configuration, fit to be shown to people."""

from __future__ import annotations

from typing import Any

from interlock.config.model import Config
from interlock.config.references import places

_STARS = "**********"  # what pydantic writes for a secret


def redacted(config: Config) -> dict[str, Any]:
    """All keys with their values, defaults included, as JSON.

    Secrets are stars, and where the file refers to the environment or to another file stands
    the reference, not what it led to.
    """
    data = config.model_dump(mode="json", by_alias=True, exclude_none=True)
    for holder, key, reference in places(config.references, data):
        secret = holder[key] == _STARS
        holder[key] = {k: v for k, v in reference.items() if not secret or k != "default"}
    return data
