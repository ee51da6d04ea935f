"""The simplified design tree: Figma's nodes in the words of CSS, sparse and without doubles."""

from interlock_figma.tree.document import Document, read_document
from interlock_figma.tree.node import Simplifier

__all__ = ["Document", "Simplifier", "read_document"]
