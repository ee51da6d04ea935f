"""The daemon's HTTP surface: JSON under ``/api/v1``, webhooks under ``/hooks``."""

from interlock.api.app import build_app
from interlock.api.auth import Guard

__all__ = ["Guard", "build_app"]
