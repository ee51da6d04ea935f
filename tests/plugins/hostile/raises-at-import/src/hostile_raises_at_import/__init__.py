"""Raises while it is imported."""

raise RuntimeError("the licence has run out")
