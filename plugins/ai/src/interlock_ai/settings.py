"""Settings of the service type ``ai``."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from interlock.sdk import Settings

ProviderName = Literal["anthropic", "openai", "openai-compatible", "gemini"]


class AISettings(Settings):
    """One model of one provider."""

    provider: ProviderName
    model: str = Field(min_length=1, description="the provider's id of the model")
    api_key: SecretStr | None = None
    base_url: str | None = Field(None, description="without the API's version; default: its own")
    max_tokens: int = Field(4096, ge=1, description="of an answer, where the call does not say")
    temperature: float | None = Field(None, ge=0, le=2, description="not sent unless given")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        compatible = self.provider == "openai-compatible"
        if compatible and self.base_url is None:
            raise ValueError("provider openai-compatible needs a base_url")
        if not compatible and self.api_key is None:
            raise ValueError(f"provider {self.provider} needs an api_key")
        return self
