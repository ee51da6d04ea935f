"""Figma: designs, components and tokens over the REST API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.sdk import Service, hookimpl


@hookimpl
def interlock_services() -> Mapping[str, type[Service[Any]]]:
    from interlock_figma.service import Figma

    return {"figma": Figma}
