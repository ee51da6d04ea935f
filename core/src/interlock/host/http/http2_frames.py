"""Tell GOAWAY frames from the rest of an HTTP/2 byte stream.

``h2`` takes a GOAWAY for the end of the connection and refuses every frame after it, though the
server may still answer what it has accepted (RFC 9113 6.8). So it never sees one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

# RFC 9113 4.1: length (3 bytes), type (1), flags (1), stream (4), then the payload.
_HEAD = 9
_TYPE = 3
_GOAWAY = 0x7
_NO_RESERVED_BIT = 0x7FFFFFFF


@dataclass(frozen=True, slots=True)
class GoAway:
    """``last_stream_id``: streams above it were not processed and will not be."""

    last_stream_id: int


def split_frames(received: bytearray) -> Iterator[bytes | GoAway]:
    """Take all whole frames off ``received``, those between two GOAWAYs in one piece."""
    begin = end = 0
    while len(received) - end >= _HEAD:
        following = end + _HEAD + int.from_bytes(received[end : end + 3], "big")
        if following > len(received):
            break
        if received[end + _TYPE] == _GOAWAY:
            if end > begin:
                yield bytes(received[begin:end])
            last = int.from_bytes(received[end + _HEAD : end + _HEAD + 4], "big")
            yield GoAway(last & _NO_RESERVED_BIT)
            begin = following
        end = following
    if end > begin:
        yield bytes(received[begin:end])
    del received[:end]
