"""Data: converted, checked, cleaned, reshaped and compared, without a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interlock.sdk import Service, hookimpl


@hookimpl
def interlock_services() -> Mapping[str, type[Service[Any]]]:
    from interlock_data.service import Data

    return {"data": Data}
