"""Settings of the ai service."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from interlock.sdk import Seconds, Settings
from interlock_ai.prices import Price, price_of, published

ProviderName = Literal["anthropic", "openai", "openai-chat", "openai-compatible", "gemini"]

Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
"""The words of all providers; none of them takes all."""

# Room for thoughts, which count. What a compatible server can write depends on its memory.
_MAX_TOKENS = 16_384
_VERSION = re.compile(r"/(v\d+\w*)$")


class AISettings(Settings):
    """One model of one provider."""

    provider: ProviderName = Field(description="whose API is spoken")
    model: str = Field(min_length=1, description="the provider's id of the model")
    api_key: SecretStr | None = Field(None, description="needed by all but openai-compatible")
    base_url: str | None = Field(None, description="default: the provider's own")
    api_version: str | None = Field(None, description="part of the path; default: of base_url, v1")
    max_tokens: int | None = Field(
        None,
        ge=1,
        description="of an answer; default: 16384, of openai-compatible the server's own",
    )
    effort: Effort | None = Field(
        None, description="how much to think, if the model can do more or less; default: its own"
    )
    temperature: float | None = Field(
        None, ge=0, le=2, description="not sent unless given, and not to Anthropic"
    )
    stream: bool = Field(True, description="take answers piece by piece, and tell of each")
    silence: Seconds = Field(120.0, gt=0, description="the longest pause within an answer")
    schemas: Literal["native", "prompt"] = Field(
        "native", description="how an answer's schema is asked for: by the API, or in words"
    )
    repairs: int = Field(1, ge=0, le=5, description="how often an unfit answer is sent back")
    prices: Mapping[str, Price] = Field(
        {}, description="by id of the model, or beginning*; default: what the provider published"
    )
    templates: Path | None = Field(None, description="folder of prompt templates")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        compatible = self.provider == "openai-compatible"
        if compatible and self.base_url is None:
            raise ValueError("provider openai-compatible needs a base_url")
        if not compatible and self.api_key is None:
            raise ValueError(f"provider {self.provider} needs an api_key")
        return self

    @property
    def longest(self) -> int | None:
        """Tokens of an answer where nobody says; None leaves it to the server."""
        if self.max_tokens is None and self.provider != "openai-compatible":
            return _MAX_TOKENS
        return self.max_tokens

    def address(self, own: str) -> tuple[str, str]:
        """Base URL without the API's version, and the version; ``own`` is the provider's URL."""
        url = (self.base_url or own).rstrip("/")
        found = _VERSION.search(url)
        if self.api_version is not None:
            return url, self.api_version
        return (url[: found.start()], found[1]) if found else (url, "v1")

    def own_price(self, *models: str) -> Price | None:
        """What is set of the first of these models for which something is."""
        found = (price_of(model, self.prices) for model in models)
        return next((price for price in found if price is not None), None)

    def price(self, *models: str) -> Price | None:
        """Of the first of these models that has one; what is set goes before what is published."""
        known = published(self.provider)
        theirs = (known.price(model) for model in models) if known else iter(())
        return self.own_price(*models) or next((each for each in theirs if each is not None), None)
