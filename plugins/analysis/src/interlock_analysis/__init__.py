"""Interlock plugin: analysis."""
