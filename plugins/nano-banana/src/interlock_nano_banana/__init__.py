"""Pictures from Google's Gemini image models ("Nano Banana")."""

from __future__ import annotations

from interlock.sdk import hookimpl


@hookimpl
def interlock_services() -> dict[str, str]:
    return {"nano-banana": "interlock_nano_banana.service:NanoBanana"}
