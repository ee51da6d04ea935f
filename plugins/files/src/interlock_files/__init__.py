"""Interlock plugin: files."""
