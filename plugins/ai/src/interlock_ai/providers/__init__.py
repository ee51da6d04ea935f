"""The providers' wire formats; each module is one."""

from interlock_ai.providers.anthropic import Anthropic
from interlock_ai.providers.exchange import Completion, Provider, Question, Turn
from interlock_ai.providers.gemini import Gemini
from interlock_ai.providers.openai_chat import OpenAIChat
from interlock_ai.providers.openai_responses import OpenAIResponses
from interlock_ai.settings import ProviderName

__all__ = ["Completion", "Provider", "Question", "Turn", "provider_of"]


def provider_of(name: ProviderName) -> Provider:
    """The provider that the settings name."""
    match name:
        case "anthropic":
            return Anthropic()
        case "openai":
            return OpenAIResponses()
        case "openai-chat":
            return OpenAIChat(OpenAIResponses.base_url, "max_completion_tokens")
        case "openai-compatible":
            return OpenAIChat("", "max_tokens")
        case "gemini":
            return Gemini()
