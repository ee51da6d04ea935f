"""For authors of plugins and workflows: virtual time, and a runner of workflow tests."""

from interlock.testing.world import VirtualWorld, settle

__all__ = ["VirtualWorld", "settle"]
