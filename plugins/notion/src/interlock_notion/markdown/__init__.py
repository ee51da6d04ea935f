"""Blocks as Markdown, and Markdown as blocks."""

from interlock_notion.markdown.parse import blocks_from_markdown
from interlock_notion.markdown.render import Rendered, render

__all__ = ["Rendered", "blocks_from_markdown", "render"]
