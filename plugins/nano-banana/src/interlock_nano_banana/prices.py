"""Prices: what the settings say, else what Google has published for the model.

The published ones are data, with the page and the day on which they were read: ``prices.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import Field

from interlock.sdk import Settings

_MILLION = 1e6


class Price(Settings):
    """US dollars for a million tokens."""

    input: float = Field(ge=0, description="of what the model reads, pictures included")
    output: float = Field(ge=0, description="of pictures")
    text: float | None = Field(None, ge=0, description="of words and thoughts; default: output")

    def cost(self, read: int, drawn: int, said: int) -> float:
        """US dollars; tokens read, of pictures, and of words and thoughts."""
        of_text = self.output if self.text is None else self.text
        return (read * self.input + drawn * self.output + said * of_text) / _MILLION


def published(model: str) -> Price | None:
    """Of the model with this id; None of one that is not listed."""
    return _read()[1].get(model)


def read_on() -> str:
    """Where and when the published prices were read, for people."""
    return _read()[0]


@cache
def _read() -> tuple[str, Mapping[str, Price]]:
    text = (files("interlock_nano_banana") / "prices.toml").read_text(encoding="utf-8")
    known: dict[str, Any] = tomllib.loads(text)
    prices = {model: Price.model_validate(price) for model, price in known["models"].items()}
    return f"{known['source']} said on {known['read'].isoformat()}", prices
