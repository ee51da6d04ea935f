"""For authors of plugins and workflows: virtual time, and (later) contract kit and runners."""

from interlock.testing.world import VirtualWorld, settle

__all__ = ["VirtualWorld", "settle"]
