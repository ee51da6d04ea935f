"""Interlock plugin: notion."""
