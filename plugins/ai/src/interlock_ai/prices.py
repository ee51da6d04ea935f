"""Prices: what the settings say of a model, else what its provider has published.

The published ones are data, with the page and the day on which they were read: ``prices.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pydantic import Field

from interlock.sdk import Settings

_VENDORS = {
    "anthropic": "anthropic",
    "openai": "openai",
    "openai-chat": "openai",
    "gemini": "gemini",
}
"""Whose prices hold for a provider; what a compatible server costs is its owner's affair."""


class Price(Settings):
    """US dollars for a million tokens."""

    input: float = Field(ge=0, description="of what the model reads")
    output: float = Field(ge=0, description="of the answer, and of what was thought before it")
    cached_input: float | None = Field(None, ge=0, description="read from a cache; default: input")


@dataclass(frozen=True)
class Published:
    """A provider's prices by beginning of the model's id, and where and when they were read."""

    source: str
    read: str
    models: Mapping[str, Price]


def published(provider: str) -> Published | None:
    """The prices of a provider; None of one that has none of its own."""
    vendor = _VENDORS.get(provider)
    return _read()[vendor] if vendor else None


def price_of(model: str, prices: Mapping[str, Price]) -> Price | None:
    """The price under the model's id, or under the longest beginning (``gpt*``) that fits."""
    if model in prices:
        return prices[model]
    fitting = [key for key in prices if key.endswith("*") and model.startswith(key[:-1])]
    return prices[max(fitting, key=len)] if fitting else None


@cache
def _read() -> Mapping[str, Published]:
    text = (files("interlock_ai") / "prices.toml").read_text(encoding="utf-8")
    return {
        vendor: Published(
            entry["source"],
            entry["read"].isoformat(),
            {
                model: Price(
                    input=given["input"], output=given["output"], cached_input=given.get("cached")
                )
                for model, given in entry["models"].items()
            },
        )
        for vendor, entry in tomllib.loads(text).items()
    }
