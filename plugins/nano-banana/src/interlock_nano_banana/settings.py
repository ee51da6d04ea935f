"""Settings of the nano-banana service."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from interlock.sdk import Bytes, Settings

Ratio = Literal["1:1", "2:3", "3:2", "3:4", "4:3", "9:16", "16:9", "21:9"]
Size = Literal["1K", "2K", "4K"]


class Price(Settings):
    """US dollars for a million tokens."""

    input: float = Field(ge=0)
    output: float = Field(ge=0, description="of pictures, text and thoughts")


class NanoBananaSettings(Settings):
    """One image model."""

    api_key: SecretStr = Field(description="key of the Gemini API")
    model: str = Field("gemini-nano-banana-2.1", min_length=1, description="Google's id of it")
    base_url: str = Field(
        "https://generativelanguage.googleapis.com", description="without the API's version"
    )
    aspect_ratio: Ratio | None = Field(None, description="default: the model's, or the input's")
    image_size: Size | None = Field(None, description="default: the model's; 4K costs most")
    price: Price | None = Field(None, description="of the model; without it no cost is counted")
    folder: Path | None = Field(None, description="pictures are also written to this folder")
    max_input: Bytes = Field(15_000_000, description="of all input pictures of one call")
