"""The daemon's HTTP surface: JSON under ``/api/v1``, webhooks under ``/hooks``."""

from interlock.api.app import build_app
from interlock.api.auth import AccessTokens, Guard, Tokens

__all__ = ["AccessTokens", "Guard", "Tokens", "build_app"]
