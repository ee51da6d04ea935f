"""The pictures of simulated image models: plain, of the shape and size that was asked for."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from interlock_simulator.ai.requests import Object
from interlock_simulator.pictures import base64_png, colour_of, png_size

# https://ai.google.dev/gemini-api/docs/image-generation, of all models together
SIZES = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}
RATIOS = frozenset(
    {"1:1", "1:4", "1:8", "2:3", "3:2", "3:4", "4:1"}
    | {"4:3", "4:5", "5:4", "8:1", "9:16", "16:9", "21:9"}
)
# Google states this price of an image of 1K in tokens; larger ones are counted alike here.
TOKENS = 1290


class NoPicture(ValueError):
    """What was asked for cannot be drawn."""


def draws(prompt: str, config: Object) -> bool:
    wanted = "IMAGE" in (config.get("responseModalities") or ())
    return wanted and "{{simulate words}}" not in prompt


def shape_of(turns: Sequence[Object]) -> tuple[int, int]:
    """Of the first picture that was sent, as models keep it; square without one."""
    for part in (part for turn in turns for part in turn.get("parts") or ()):
        if "inlineData" in part:
            try:
                data = base64.b64decode(part["inlineData"]["data"], validate=True)
            except (KeyError, TypeError, ValueError):
                raise NoPicture("Unable to process input image.") from None
            return png_size(data) or (1, 1)
    return 1, 1


def image(prompt: str, config: Object, shape: tuple[int, int], seed: int) -> Object:
    """The part of an answer; NoPicture for a ratio or size that there is not."""
    wishes = config.get("imageConfig") or {}
    ratio, size = wishes.get("aspectRatio"), wishes.get("imageSize", "1K")
    if ratio not in (None, *RATIOS) or size not in SIZES:
        raise NoPicture(f"imageConfig: {ratio} at {size} is not supported")
    across, down = (int(part) for part in ratio.split(":")) if ratio else shape
    side = SIZES[size] / (across * down) ** 0.5
    data = base64_png(side * across, side * down, colour_of(f"{seed}/{prompt}"))
    return {"inlineData": {"mimeType": "image/png", "data": data}}
