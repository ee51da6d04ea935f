"""The dashboard: pages for people, which use the public API as everybody does."""

from interlock.dashboard.app import Dashboard

__all__ = ["Dashboard"]
