"""Local files: one folder, read and written without leaving it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.sdk import Service, hookimpl


@hookimpl
def interlock_services() -> Mapping[str, type[Service[Any]]]:
    from interlock_files.service import Files

    return {"files": Files}
