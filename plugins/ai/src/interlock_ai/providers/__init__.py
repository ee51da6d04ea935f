"""The providers' wire formats; each module is one."""

from interlock_ai.providers.anthropic import Anthropic
from interlock_ai.providers.exchange import Completion, Provider, Question, Turn
from interlock_ai.providers.gemini import Gemini
from interlock_ai.providers.openai import OpenAIChat, OpenAIResponses
from interlock_ai.settings import AISettings

__all__ = ["Completion", "Provider", "Question", "Turn", "provider_of"]


def provider_of(settings: AISettings) -> Provider:
    """The provider that the settings name."""
    match settings.provider:
        case "anthropic":
            return Anthropic()
        case "openai":
            return OpenAIResponses()
        case "openai-compatible":
            return OpenAIChat()
        case "gemini":
            return Gemini()
