"""One of two distributions with one plugin name."""
