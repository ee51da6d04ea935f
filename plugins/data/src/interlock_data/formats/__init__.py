"""Formats, each read into and written from one of three shapes."""
