"""Values in paths, as RFC 6570 expands them: they are encoded, what stands between them is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal
from urllib.parse import quote

PathStyle = Literal["simple", "label", "matrix"]


def expanded(
    name: str, value: Any, style: PathStyle, *, explode: bool, text_of: Callable[[Any], str]
) -> str:
    """``a,b`` (simple), ``.a.b`` (label) or ``;name=a;name=b`` (matrix), exploded or not.

    Nothing follows the name of what is empty: ``;name``.

    Args:
        text_of: writes one value that is neither list nor object.
    """
    parts = list(_parts(value, explode=explode, text_of=text_of))
    if style == "simple":
        return ",".join(parts)
    if style == "label":
        return "." + ("." if explode else ",").join(parts)
    if explode and isinstance(value, dict):
        return "".join(f";{part}" for part in parts)
    if explode and isinstance(value, list):
        return "".join(f";{name}={part}" if part else f";{name}" for part in parts)
    text = ",".join(parts)
    return f";{name}={text}" if text else f";{name}"


def _parts(value: Any, *, explode: bool, text_of: Callable[[Any], str]) -> Iterator[str]:
    def encoded(each: Any) -> str:
        return quote(text_of(each), safe="")

    if isinstance(value, dict):
        for key, inner in value.items():
            pair = (encoded(key), encoded(inner))
            yield from ["=".join(pair)] if explode else pair
    elif isinstance(value, list):
        yield from map(encoded, value)
    else:
        yield encoded(value)
