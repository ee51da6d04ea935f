"""Plain pictures of a wanted size, for renders, image fills and generated images."""

from __future__ import annotations

import base64
import hashlib
import struct
import zlib

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LARGEST = 4096


def colour_of(name: str) -> tuple[int, int, int]:
    """A colour that depends on nothing but the name."""
    digest = hashlib.sha256(name.encode()).digest()
    return digest[0], digest[1], digest[2]


def png(width: float, height: float, colour: tuple[int, int, int]) -> bytes:
    """A picture of one colour (https://www.w3.org/TR/png-3/), 1 to 4096 pixels a side."""
    columns, rows = _pixels(width), _pixels(height)
    # Bit depth 8, colour type 2 (truecolour), then the only compression, filter, no interlace.
    header = struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)
    row = b"\0" + bytes(colour) * columns
    return (
        _SIGNATURE
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(row * rows))
        + _chunk(b"IEND", b"")
    )


def svg(width: float, height: float, colour: tuple[int, int, int]) -> bytes:
    """The same as SVG."""
    red, green, blue = colour
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}">'
        f'<rect width="100%" height="100%" fill="#{red:02x}{green:02x}{blue:02x}"/></svg>'
    ).encode()


def base64_png(width: float, height: float, colour: tuple[int, int, int]) -> str:
    return base64.b64encode(png(width, height, colour)).decode()


def png_size(data: bytes) -> tuple[int, int] | None:
    """Width and height from a PNG's header; None if it is no PNG."""
    if not data.startswith(_SIGNATURE) or len(data) < 24:
        return None
    columns, rows = struct.unpack(">II", data[16:24])
    return (columns, rows) if columns and rows else None


def _pixels(length: float) -> int:
    return max(1, min(_LARGEST, round(length)))


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)
