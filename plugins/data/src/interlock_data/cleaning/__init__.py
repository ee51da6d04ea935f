"""Texts without what should not be in them."""
