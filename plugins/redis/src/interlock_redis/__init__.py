"""Redis: streams in and out, and small values."""

from __future__ import annotations

from interlock.sdk import hookimpl


@hookimpl
def interlock_services() -> dict[str, str]:
    return {"redis": "interlock_redis.service:Redis"}
