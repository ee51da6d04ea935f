"""Simulated Figma: recorded files behind the REST API's URLs, parameters and errors."""

from interlock_simulator.figma.api import Figma
from interlock_simulator.figma.library import Library

__all__ = ["Figma", "Library"]
