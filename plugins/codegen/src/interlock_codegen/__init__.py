"""Interlock plugin: codegen."""
