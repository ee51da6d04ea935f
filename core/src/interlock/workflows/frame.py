"""Where in a run, and in front of which values, steps are executed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Frame:
    """The scope of one block: of the run itself, of a branch, of one item of a loop.

    Attributes:
        scope: what expressions see: ``input``, ``run``, ``steps`` and the loops' names.
        prefix: beginning of the paths of the block's steps.
        position: of the last recorded outcome that the block has seen.
    """

    __slots__ = ("position", "prefix", "scope", "steps")

    def __init__(self, scope: dict[str, Any], prefix: str, position: int = 0) -> None:
        self.scope = scope
        self.steps: dict[str, Any] = scope["steps"]
        self.prefix = prefix
        self.position = position

    def inside(self, prefix: str, names: Mapping[str, Any] | None = None) -> Frame:
        """A block inside of this one: it sees all of this one's steps, and adds its own."""
        scope = {**self.scope, **(names or {}), "steps": dict(self.steps)}
        return Frame(scope, prefix, self.position)

    def seen(self, inner: Frame) -> None:
        """Take note of what a block inside has recorded."""
        self.position = max(self.position, inner.position)
