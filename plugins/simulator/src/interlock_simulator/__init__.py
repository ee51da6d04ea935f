"""Interlock plugin: simulator."""
