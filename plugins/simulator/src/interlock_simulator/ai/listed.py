"""The models that simulated vendors list. Every other id is answered as well."""

from __future__ import annotations

ANTHROPIC = ("claude-fable-5-2", "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5")
OPENAI = ("gpt-6.2-astra", "gpt-6.2-sol", "gpt-6.1-terra", "gpt-6-luna")
GEMINI = ("gemini-4-neon", "gemini-4-hydrogen", "gemini-3.8-flash", "gemini-nano-banana-2.1")
