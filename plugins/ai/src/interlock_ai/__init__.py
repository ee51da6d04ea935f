"""Interlock plugin: ai."""
