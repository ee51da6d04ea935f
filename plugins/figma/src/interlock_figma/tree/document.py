"""The three shapes in which a design comes: a file, a nodes response, a bare node."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock.sdk import InvalidInput

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Document:
    """What is common to the shapes.

    Attributes:
        pages: CANVAS nodes; loose nodes are given a page of their own.
        components, component_sets, styles: metadata by node id, as Figma gives it.
    """

    name: str
    version: str
    pages: list[Json]
    components: Json = field(default_factory=dict)
    component_sets: Json = field(default_factory=dict)
    styles: Json = field(default_factory=dict)

    def walk(self) -> Iterator[Json]:
        """Every node below the pages, in document order."""
        stack = [child for page in reversed(self.pages) for child in reversed(children(page))]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(children(node)))


def children(node: Json) -> list[Json]:
    """The children that are nodes; old captures hold null for a child or a field."""
    return [stated(child) for child in node.get("children") or () if isinstance(child, Mapping)]


def stated(record: Json) -> Json:
    """A node, paint or style without its null fields: typed clients that re-save a capture write
    null for whatever Figma left out."""
    if None not in record.values():
        return record
    return {key: value for key, value in record.items() if value is not None}


def read_document(body: Any) -> Document:
    """A Document from the body of ``/v1/files/:key``, of ``/nodes``, or from one node.

    Raises:
        InvalidInput: it is none of these.
    """
    if isinstance(body, Mapping):
        if isinstance(body.get("document"), Mapping):
            return _document([body["document"]], body, [body])
        if isinstance(body.get("nodes"), Mapping):
            entries = [entry for entry in body["nodes"].values() if isinstance(entry, Mapping)]
            roots = [entry["document"] for entry in entries if entry.get("document")]
            return _document(roots, body, entries)
        if "type" in body and "id" in body:
            return _document([body], body, [])
    raise InvalidInput("not a Figma file, nodes response or node", path="$.document")


def _document(roots: list[Json], body: Json, metadata: list[Json]) -> Document:
    merged: dict[str, dict[str, Any]] = {"components": {}, "componentSets": {}, "styles": {}}
    for entry in metadata:
        for kind, found in merged.items():
            found.update(entry.get(kind) or {})
    return Document(
        name=str(body.get("name") or "Untitled"),
        version=str(body.get("version") or ""),
        pages=_pages(roots),
        components=merged["components"],
        component_sets=merged["componentSets"],
        styles=merged["styles"],
    )


def _pages(roots: list[Json]) -> list[Json]:
    pages: list[Json] = []
    loose: list[Json] = []
    for root in map(stated, roots):
        if root.get("type") == "DOCUMENT":
            pages.extend(children(root))
        elif root.get("type") == "CANVAS":
            pages.append(root)
        else:
            loose.append(root)
    if loose:
        pages.append({"id": "0:0", "name": "Nodes", "type": "CANVAS", "children": loose})
    return pages
