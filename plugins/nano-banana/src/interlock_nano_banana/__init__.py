"""Gemini image models."""
