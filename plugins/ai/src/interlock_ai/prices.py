"""Prices: what the settings say of a model, else what its provider has published.

The published ones are data, with the page and the day on which they were read: ``prices.toml``.
"""

from __future__ import annotations

import re
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

_DATE = re.compile(r"-(\d{8}|\d{4}-\d\d-\d\d)$")
_MILLION = 1e6


class Rate(Settings):
    """US dollars for a million tokens."""

    input: float = Field(ge=0, description="of what the model reads")
    output: float = Field(ge=0, description="of the answer, and of what was thought before it")
    cached_input: float | None = Field(None, ge=0, description="read from a cache; default: input")
    cache_write: float | None = Field(None, ge=0, description="put into a cache; default: input")

    def cost(self, read: int, said: int, cached: int, written: int) -> float:
        """US dollars; ``cached`` and ``written`` are parts of the tokens read."""
        of_cached = self.input if self.cached_input is None else self.cached_input
        of_written = self.input if self.cache_write is None else self.cache_write
        fresh = max(0, read - cached - written) * self.input
        return (fresh + cached * of_cached + written * of_written + said * self.output) / _MILLION


class LongRate(Rate):
    """What holds for the whole of a question of more than ``above`` tokens."""

    above: int = Field(gt=0, description="tokens that the model reads, those from a cache included")


class Price(Rate):
    """What a model costs; many cost more for long questions."""

    long: LongRate | None = Field(None, description="of long questions; default: the same")

    def cost(self, read: int, said: int, cached: int, written: int) -> float:
        if self.long is not None and read > self.long.above:
            return self.long.cost(read, said, cached, written)
        return super().cost(read, said, cached, written)


@dataclass(frozen=True)
class Published:
    """A provider's prices by the model's id, and where and when they were read."""

    source: str
    read: str
    models: Mapping[str, Price]

    def price(self, model: str) -> Price | None:
        """Of this model, under its id with or without a date at the end; never a relative's."""
        return self.models.get(model) or self.models.get(_DATE.sub("", model))


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
            {model: Price.model_validate(price) for model, price in entry["models"].items()},
        )
        for vendor, entry in tomllib.loads(text).items()
    }
