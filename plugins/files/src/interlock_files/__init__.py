"""Files: one folder or one prefix of an object store, never left; and watches as events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.sdk import Service, hookimpl


@hookimpl
def interlock_services() -> Mapping[str, type[Service[Any]]]:
    from interlock_files.service import Files

    return {"files": Files}
