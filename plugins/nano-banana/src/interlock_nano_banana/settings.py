"""Settings of the nano-banana service."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from interlock.sdk import Bytes, Settings
from interlock_nano_banana.prices import Price, published

# Of all models together; which of them a model draws, it says itself.
Ratio = Literal[
    "1:1",
    "1:4",
    "1:8",
    "2:3",
    "3:2",
    "3:4",
    "4:1",
    "4:3",
    "4:5",
    "5:4",
    "8:1",
    "9:16",
    "16:9",
    "21:9",
]
Size = Literal["512", "1K", "2K", "4K"]


class NanoBananaSettings(Settings):
    """One image model."""

    api_key: SecretStr = Field(description="key of the Gemini API")
    model: str = Field("gemini-nano-banana-2.1", min_length=1, description="Google's id of it")
    base_url: str = Field(
        "https://generativelanguage.googleapis.com", description="without the API's version"
    )
    aspect_ratio: Ratio | None = Field(None, description="default: the model's, or the input's")
    image_size: Size | None = Field(None, description="default: the model's; 4K costs most")
    price: Price | None = Field(None, description="default: what Google published for the model")
    folder: Path | None = Field(None, description="pictures are also written to this folder")
    max_input: Bytes = Field(15_000_000, description="of all input pictures of one call")

    @property
    def cost(self) -> Price | None:
        """What the model costs, if anybody knows."""
        return self.price or published(self.model)
