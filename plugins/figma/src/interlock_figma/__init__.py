"""Figma: designs, components and tokens over the REST API."""

from __future__ import annotations

from interlock.sdk import hookimpl


@hookimpl
def interlock_services() -> dict[str, str]:
    return {"figma": "interlock_figma.service:Figma"}
