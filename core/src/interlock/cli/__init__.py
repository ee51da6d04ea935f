"""The command line: one module for each noun, imported only when its command is used."""

from interlock.cli.main import main

__all__ = ["main"]
