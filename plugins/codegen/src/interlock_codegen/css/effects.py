"""Corners, shadows, blurs, opacity, clipping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from interlock_codegen import tailwind
from interlock_codegen.element import Style
from interlock_codegen.job import Job

Json = Mapping[str, Any]

_CORNERS = ("tl", "tr", "br", "bl")
_STORED = ("TOP_LEFT", "TOP_RIGHT", "BOTTOM_RIGHT", "BOTTOM_LEFT")
_FIXED = {"horizontal": "fixed", "vertical": "fixed"}
_FIELDS = ("topLeftRadius", "topRightRadius", "bottomRightRadius", "bottomLeftRadius")


def shadows(node: Json, extra: Sequence[str], job: Job) -> Style:
    """Box shadows: those that stand for strokes, then the effects'."""
    effects = job.style(node, "effects")
    given = effects.get("shadows") or ()
    token = job.token("shadow", effects.get("style"), list(given)) if given else None
    if token and not extra:
        return {"box-shadow": f"shadow-{token}"}
    own = [f"var(--shadow-{token})"] if token else [_shadow(shadow) for shadow in given]
    written = [*extra, *own]
    return {"box-shadow": tailwind.arbitrary("shadow", ",".join(written))} if written else {}


def _shadow(shadow: Json) -> str:
    inset = "inset " if shadow.get("inset") else ""
    lengths = " ".join(tailwind.pixels(shadow[part]) for part in ("x", "y", "blur", "spread"))
    return f"{inset}{lengths} {shadow['color']}"


def drop_shadows(node: Json, prefix: str, job: Job) -> Style:
    """The shadows of a text (``text-shadow``) or a drawing (``drop-shadow``): no spread there."""
    shadows = job.style(node, "effects").get("shadows") or ()
    given = [shadow for shadow in shadows if not shadow.get("inset")]
    if len(given) < len(shadows):
        job.warn(node, "an inner shadow of letters or of a drawing has no CSS; left out")
    if not given:
        return {}
    written = [
        f"{tailwind.pixels(s['x'])} {tailwind.pixels(s['y'])} {tailwind.pixels(s['blur'])} "
        f"{s['color']}"
        for s in given
    ]
    return {prefix: tailwind.arbitrary(prefix, ",".join(written))}


def finish(node: Json, job: Job) -> Style:
    """Opacity, blending, blurs, masks; Figma's radius is twice the deviation that CSS wants."""
    style = _seen_through(node)
    if "opacity" in node:
        style["opacity"] = tailwind.opacity(node["opacity"])
    if "blend" in node:
        style["mix-blend-mode"] = f"mix-blend-{node['blend']}"
    effects = job.style(node, "effects")
    if effects.get("blur"):
        style["filter"] = tailwind.arbitrary("blur", tailwind.pixels(effects["blur"] / 2))
    if effects.get("backdrop_blur"):
        blur = tailwind.pixels(effects["backdrop_blur"] / 2)
        style["backdrop-filter"] = tailwind.arbitrary("backdrop-blur", blur)
    return style


def _seen_through(node: Json) -> Style:
    """The part of a layer that flows which a mask beside it shows."""
    part = node.get("seen_through")
    if part is None:
        return {}
    shape = " ".join(tailwind.pixels(side) for side in part["inset"])
    if radius := part.get("radius"):
        corners = radius if isinstance(radius, list) else [radius]
        shape += " round " + " ".join(tailwind.pixels(corner) for corner in corners)
    return {"clip-path": tailwind.declaration("clip-path", f"inset({shape})")}


def corners(node: Json, job: Job) -> Style:
    """Border radius."""
    if node.get("type") == "ellipse":
        is_circle = node["box"]["width"] == node["box"]["height"] and node["sizing"] == _FIXED
        return {"border-radius": "rounded-full" if is_circle else "rounded-[50%]"}
    radius = node.get("radius")
    if not radius:
        return {}
    if not isinstance(radius, list):
        return {"border-radius": _corner("rounded", radius, _token(node, 0, radius, job))}
    return {
        f"radius-{corner}": _corner(f"rounded-{corner}", value, _token(node, index, value, job))
        for index, (corner, value) in enumerate(zip(_CORNERS, radius, strict=True))
        if value
    }


def _token(node: Json, index: int, value: float, job: Job) -> str | None:
    stored = f"rectangleCornerRadii.RECTANGLE_{_STORED[index]}_CORNER_RADIUS"
    return job.variable(node, stored, "radius", value) or job.variable(
        node, _FIELDS[index], "radius", value
    )


def _corner(prefix: str, value: float, token: str | None) -> str:
    return f"{prefix}-{token}" if token else tailwind.radius(prefix, value)


def clip(node: Json, page: bool = False) -> Style:
    """Hide what stands out of the box, where something does.

    A ``page`` gets narrower than it was drawn: what stands out of a box in it may come to leave it.
    """
    if way := node.get("scrolls"):
        # A bar is not part of the design, and would take room from it.
        axis = {"both": "overflow-auto"}.get(way, f"overflow-{way}-auto")
        return {"overflow": axis, "scrollbar-width": "[scrollbar-width:none]"}
    if not node.get("clip") or not node.get("children"):
        # No page is wider than its window, whatever stands out of it.
        wide = page and _reach(node) > node["box"]["width"] + 0.5
        return {"overflow": "overflow-x-clip"} if wide else {}
    if node.get("radius") or any(_stands_out(child, node) for child in node["children"]):
        # In what could scroll, nothing sticks to the edge of the viewport.
        return {"overflow": "overflow-clip" if page else "overflow-hidden"}
    return {"overflow": "overflow-clip"} if page and _leaks(node) else {}


def _leaks(node: Json) -> bool:
    """Whether something in the box, at any depth, stands out of what it lies in."""
    children = node.get("children") or ()
    return any(_stands_out(child, node) or _leaks(child) for child in children)


def _reach(node: Json) -> float:
    """How far to the right of a box's left side anything in it is seen, in pixels."""
    own = float(node["box"]["width"])
    if node.get("clip") or node.get("scrolls"):
        return own
    return max((c["box"]["x"] + _reach(c) for c in node.get("children") or ()), default=own)


def _stands_out(child: Json, parent: Json) -> bool:
    box, around = child["box"], parent["box"]
    right, bottom = box["x"] + box["width"], box["y"] + box["height"]
    inside = box["x"] > -0.5 and box["y"] > -0.5
    return not (inside and right < around["width"] + 0.5 and bottom < around["height"] + 0.5)
