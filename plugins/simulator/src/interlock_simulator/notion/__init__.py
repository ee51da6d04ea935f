"""Simulated Notion: a recorded workspace behind the REST API, with writes in memory."""

from interlock_simulator.notion.api import Notion
from interlock_simulator.notion.workspace import Workspace

__all__ = ["Notion", "Workspace"]
