"""The whole design as simplified trees, page by page."""

from __future__ import annotations

from typing import Any

from interlock_figma.tree import Document, Simplifier
from interlock_figma.tree.document import children
from interlock_figma.tree.geometry import bounds_of
from interlock_figma.tree.kinds import is_visible


def simplified(document: Document) -> dict[str, Any]:
    """``{name, version, pages: [{id, name, nodes}], styles, warnings}``.

    ``nodes`` are the top-level layers of a page in document order, each a tree whose box starts
    at 0, 0; ``at`` is its place on the page.
    """
    simplifier = Simplifier(document)
    pages = [
        {
            "id": str(page.get("id") or ""),
            "name": str(page.get("name") or ""),
            "nodes": [_top(node, simplifier) for node in children(page) if is_visible(node)],
        }
        for page in document.pages
    ]
    return {
        "name": document.name,
        "version": document.version,
        "pages": pages,
        "styles": simplifier.shared.values,
        "warnings": simplifier.warnings,
    }


def _top(node: Any, simplifier: Simplifier) -> dict[str, Any]:
    bounds = bounds_of(node)
    at = {axis: bounds.get(axis) or 0 for axis in ("x", "y")}
    return {**simplifier.tree(node), "at": at, "kind": str(node.get("type") or "").lower()}
