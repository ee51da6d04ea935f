"""Simulated AI providers: answers are made of the words of the request."""

from interlock_simulator.ai.answers import Models
from interlock_simulator.ai.anthropic import Anthropic
from interlock_simulator.ai.gemini import Gemini
from interlock_simulator.ai.openai import OpenAI
from interlock_simulator.ai.scripts import ScriptedAnswer, Scripts

__all__ = ["Anthropic", "Gemini", "Models", "OpenAI", "ScriptedAnswer", "Scripts"]
