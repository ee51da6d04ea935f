"""Interlock plugin: figma."""
