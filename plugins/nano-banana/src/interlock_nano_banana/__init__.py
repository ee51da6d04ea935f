"""Pictures from Google's Gemini image models ("Nano Banana")."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.sdk import Service, hookimpl


@hookimpl
def interlock_services() -> Mapping[str, type[Service[Any]]]:
    from interlock_nano_banana.service import NanoBanana

    return {"nano-banana": NanoBanana}
