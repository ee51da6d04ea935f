"""The one place where HTTP clients are built."""

from interlock.host.http.client import build_client
from interlock.host.http.guard import PrivateAddress

__all__ = ["PrivateAddress", "build_client"]
