"""What one generation knows besides the tree, and what it has to report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock_codegen.library import Library

Json = Mapping[str, Any]


@dataclass
class Job:
    """One component or screen being made.

    Attributes:
        styles: the tree's table of shared styles.
        references: token names by ``kind:id``, from ``figma.extract_tokens``.
        images: URL or path by image reference.
        node_ids: mark each element with its layer's id.
        library: components that may be referred to.
        width: of the root, in pixels.
        is_screen: the root is a page and takes the width there is.
        props: identifiers of the component's properties by their key in Figma.
        crowded: by the id of a row that was looked at, whether it has no room on a phone.
    """

    styles: Json
    references: Mapping[str, str] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)
    node_ids: bool = False
    width: float = 0.0
    is_screen: bool = False
    library: Library | None = None
    props: Mapping[str, str] = field(default_factory=dict)
    warnings: list[dict[str, str]] = field(default_factory=list)
    assets: list[dict[str, str]] = field(default_factory=list)
    fonts: set[str] = field(default_factory=set)
    crowded: dict[str, bool] = field(default_factory=dict)

    def style(self, node: Json, kind: str) -> Json:
        """The shared style that a node names under ``fill``, ``text_style``, ...; else empty."""
        found: Json = self.styles.get(node.get(kind) or "") or {}
        return found

    def token(self, kind: str, reference: str | None, value: Any) -> str | None:
        """The token for a style or variable that has this value here; None if there is none."""
        if not reference:
            return None
        written = value if isinstance(value, str) else _compact(value)
        key = f"{kind}:{reference}"
        return self.references.get(f"{key}|{written}") or self.references.get(key)

    def variable(self, node: Json, field_name: str, kind: str, value: float) -> str | None:
        """The token for the variable bound to a field of the node."""
        return self.token(kind, (node.get("variables") or {}).get(field_name), value)

    def warn(self, node: Json, message: str) -> None:
        """Note what the reader of the code should look at."""
        name, node_id = str(node.get("name") or ""), str(node.get("id") or "")
        warning = {"node": node_id, "name": name, "message": message}
        if warning not in self.warnings:
            self.warnings.append(warning)

    def image(self, node: Json, reference: str) -> str:
        """Where the image is; a path to be filled when the caller did not say."""
        known = self.images.get(reference)
        if known is None:
            self.assets.append({"ref": reference, "node": str(node.get("id") or "")})
        if known and not known.startswith(("/", "data:")) and "://" not in known:
            return f"/{known}"
        return known or f"/assets/{reference or 'missing'}.png"

    def report(self) -> dict[str, Any]:
        """``{warnings, assets, fonts}``."""
        return {
            "warnings": self.warnings,
            "assets": self.assets,
            "fonts": sorted(self.fonts),
        }


def _compact(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
