"""Renders and image fills: URLs, and plain pictures of the right size behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from aiohttp import web

from interlock_simulator.figma import errors
from interlock_simulator.figma.wrapping import Node, nodes_in
from interlock_simulator.pictures import colour_of, png, svg

_FORMATS = ("png", "jpg", "svg", "pdf")
_FILL_SIZE = 64


class Renders:
    """Only PNG and SVG are drawn; the rest renders to null, as failed renders do."""

    def urls(
        self, request: web.Request, wanted: Sequence[str], nodes: Mapping[str, Node]
    ) -> dict[str, str | None]:
        """Node id to URL or null, from the parameters of ``GET /v1/images/:key``."""
        format_ = request.query.get("format", "png")
        if format_ not in _FORMATS:
            raise errors.refused(request, 400, f"format: Must be one of {', '.join(_FORMATS)}")
        scale = _scale(request)
        key = request.match_info["key"]
        return {id: _url(request, f"{key}/{id}", nodes.get(id), format_, scale) for id in wanted}

    def fills(self, request: web.Request, document: Node) -> dict[str, str]:
        """Image reference to URL, for every image paint of the document."""
        references = {
            paint["imageRef"]
            for node in nodes_in(document)
            for name in ("fills", "strokes", "background")
            for paint in node.get(name) or ()
            if paint.get("imageRef")
        }
        return {
            reference: _link(request, reference, "png", _FILL_SIZE, _FILL_SIZE)
            for reference in sorted(references)
        }

    async def picture(self, request: web.Request) -> web.Response:
        """What a URL made here shows."""
        name, _, format_ = request.match_info["name"].rpartition(".")
        try:
            width, height = float(request.query["w"]), float(request.query["h"])
        except (KeyError, ValueError):
            raise errors.refused(request, 404, "Not found") from None
        if format_ == "svg":
            drawn = svg(width, height, colour_of(name))
            return web.Response(body=drawn, content_type="image/svg+xml")
        return web.Response(body=png(width, height, colour_of(name)), content_type="image/png")


def _scale(request: web.Request) -> float:
    try:
        scale = float(request.query.get("scale", "1"))
    except ValueError:
        scale = 0.0
    if not 0.01 <= scale <= 4:
        raise errors.refused(request, 400, "scale: Must be between 0.01 and 4")
    return scale


def _url(
    request: web.Request, name: str, node: Mapping[str, Any] | None, format_: str, scale: float
) -> str | None:
    box = (node or {}).get("absoluteBoundingBox")
    if not box or format_ not in ("png", "svg"):
        return None
    return _link(request, name, format_, box["width"] * scale, box["height"] * scale)


def _link(request: web.Request, name: str, format_: str, width: float, height: float) -> str:
    place = f"/figma/pictures/{quote(name)}.{format_}?w={width:g}&h={height:g}"
    return f"{request.url.origin()}{place}"
