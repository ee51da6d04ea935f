"""Fills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from interlock_codegen import colours, tailwind
from interlock_codegen.element import Style
from interlock_codegen.job import Job

Json = Mapping[str, Any]

_SIZES = {"cover": "cover", "contain": "contain", "tile": "auto", "stretch": "100% 100%"}


def background(node: Json, job: Job) -> Style:
    """Classes for the fills of a box."""
    fill = job.style(node, "fill")
    paints: Sequence[Json] = [p for p in fill.get("paints") or () if p["type"] != "unknown"]
    if not paints:
        return {}
    if len(paints) == 1:
        return _single(node, paints[0], fill.get("style"), job)
    return _layers(node, paints, job)


def only_image(node: Json, job: Job) -> Json | None:
    """The image, if the box is nothing but a picture."""
    paints = job.style(node, "fill").get("paints") or ()
    only: Json = next(iter(paints), {}) if len(paints) == 1 else {}
    plain = not node.get("children") and only.get("type") == "image"
    return only if plain and only["scale"] != "tile" and not _crop(only) else None


def is_cropped(node: Json, job: Job) -> bool:
    """Whether the box is nothing but a part of a picture, which only a background can show."""
    paints: Sequence[Json] = job.style(node, "fill").get("paints") or ()
    return len(paints) == 1 and not node.get("children") and _crop(paints[0]) is not None


def _crop(paint: Json) -> tuple[float, float, float, float] | None:
    """``(width, height, x, y)`` of the part that is shown, as shares of the image; None for all."""
    rows: Any = paint.get("crop") or ()
    if len(rows) != 2 or paint.get("scale") != "stretch" or rows[0][1] or rows[1][0]:
        return None
    (width, _, x), (_, height, y) = rows
    whole = abs(width - 1) < 1e-3 and abs(height - 1) < 1e-3
    return None if whole or width <= 0 or height <= 0 else (width, height, x, y)


def as_one(paints: Sequence[Json]) -> Json:
    """The paint that looks as all of them do if they are colours; else the topmost."""
    if len(paints) > 1 and all(
        paint["type"] == "solid" and "blend" not in paint for paint in paints
    ):
        return {"type": "solid", "color": colours.stacked([paint["color"] for paint in paints])}
    return paints[-1]


def paint_token(paint: Json, style: str | None, job: Job) -> str | None:
    """The token of a solid paint: its variable's, else its style's."""
    colour = paint["color"]
    return job.token("color", paint.get("variable"), colour) or job.token("color", style, colour)


def _single(node: Json, paint: Json, style: str | None, job: Job) -> Style:
    blended = {}
    if "blend" in paint and not node.get("children") and "blend" not in node:
        blended = {"mix-blend-mode": f"mix-blend-{paint['blend']}"}
    if paint["type"] == "solid":
        token = paint_token(paint, style, job)
        return {"background-color": tailwind.colour("bg", paint["color"], token), **blended}
    if paint["type"] == "image":
        return {**_image(node, paint, job), **blended}
    token = job.token("gradient", style, paint["css"])
    if token:
        return {"background-image": f"bg-(image:--gradient-{token})"}
    return {"background-image": tailwind.arbitrary("bg", paint["css"])}


def _image(node: Json, paint: Json, job: Job) -> Style:
    style = {
        "background-image": f"bg-[url('{tailwind.escaped(job.image(node, paint['ref']))}')]",
        "background-size": {"cover": "bg-cover", "contain": "bg-contain"}.get(
            paint["scale"], tailwind.arbitrary("bg", f"length:{_SIZES[paint['scale']]}")
        ),
    }
    if part := _crop(paint):
        return style | _cropped(part)
    _note_unsaid(node, paint, job)
    if paint["scale"] == "tile":
        style["background-size"] = "bg-auto"
        if (scale := paint.get("tile_scale", 1)) != 1:
            # No size of CSS is a share of the picture's own, but a resolution is.
            source = f"image-set('{job.image(node, paint['ref'])}' {tailwind.number(1 / scale)}x)"
            style["background-image"] = tailwind.declaration("background-image", source)
        return style
    return style | {"background-position": "bg-center", "background-repeat": "bg-no-repeat"}


def adjustments(node: Json, paint: Json, job: Job) -> Style:
    """The filter of an ``img``: what the paint does to its picture."""
    words = [str(paint["filter"])] if "filter" in paint else []
    if "opacity" in paint:
        words.append(f"opacity({tailwind.number(paint['opacity'])})")
    if "turned" in paint:
        job.warn(node, f"the picture is turned by {tailwind.number(paint['turned'])} degrees")
    _note_unadjusted(node, paint, job)
    return {"image filter": tailwind.declaration("filter", " ".join(words))} if words else {}


def _note_unsaid(node: Json, paint: Json, job: Job) -> None:
    for key, what in (("opacity", "opacity"), ("filter", "adjustments"), ("turned", "turn")):
        if key in paint:
            job.warn(node, f"the {what} of a picture behind other layers is left out")
    _note_unadjusted(node, paint, job)


def _note_unadjusted(node: Json, paint: Json, job: Job) -> None:
    for name in paint.get("unsaid") or ():
        job.warn(node, f"the {name} of the picture has no CSS; left out")


def _cropped(part: tuple[float, float, float, float]) -> Style:
    """CSS places a background by the share of what is left over, which may be negative."""
    width, height, x, y = part
    sizes = (tailwind.number(100 / side) for side in (width, height))
    places = (
        tailwind.number(100 * start / (1 - side)) if abs(1 - side) > 1e-3 else "0"
        for side, start in ((width, x), (height, y))
    )
    return {
        "background-size": tailwind.arbitrary("bg", "length:" + " ".join(f"{s}%" for s in sizes)),
        "background-position": tailwind.arbitrary(
            "bg", "position:" + " ".join(f"{place}%" for place in places)
        ),
        "background-repeat": "bg-no-repeat",
    }


def _layers(node: Json, paints: Sequence[Json], job: Job) -> Style:
    """Figma lists the lowest paint first, CSS the topmost."""
    style: Style = {}
    paints = _veiled(paints)
    if paints[0]["type"] == "solid":
        colour = paints[0]["color"]
        style["background-color"] = tailwind.colour("bg", colour, paint_token(paints[0], None, job))
        paints = paints[1:]
    images, sizes = [], []
    for paint in reversed(paints):
        images.append(_as_image(node, paint, job))
        sizes.append(_SIZES[paint["scale"]] if paint["type"] == "image" else "auto")
    style["background-image"] = tailwind.declaration("background-image", ",".join(images))
    if any(paint["type"] == "image" for paint in paints):
        style["background-size"] = tailwind.declaration("background-size", ",".join(sizes))
        style["background-position"] = "bg-center"
    if any("blend" in paint for paint in paints):
        blends = ",".join(paint.get("blend", "normal") for paint in reversed(paints))
        style["background-blend-mode"] = tailwind.declaration("background-blend-mode", blends)
    return style


def _veiled(paints: Sequence[Json]) -> list[Json]:
    """A faint picture over an opaque colour as the whole picture below a veil of that colour."""
    made: list[Json] = []
    for paint in paints:
        faint = paint["type"] == "image" and "opacity" in paint and "blend" not in paint
        ground = as_one(made) if made and all(below["type"] == "solid" for below in made) else {}
        if faint and colours.is_opaque(ground.get("color", "#0000")):
            veil = colours.faded(ground["color"], 1 - paint["opacity"])
            made.append({key: value for key, value in paint.items() if key != "opacity"})
            made.append({"type": "solid", "color": veil})
        else:
            made.append(paint)
    return made


def _as_image(node: Json, paint: Json, job: Job) -> str:
    if paint["type"] == "solid":
        return f"linear-gradient({paint['color']},{paint['color']})"
    if paint["type"] == "image":
        _note_unsaid(node, paint, job)
        return f"url('{job.image(node, paint['ref'])}')"
    return str(paint["css"])
