"""Design tokens from styles, bound variables and (where the plan allows) named variables."""

from interlock_figma.tokens.extract import extract

__all__ = ["extract"]
