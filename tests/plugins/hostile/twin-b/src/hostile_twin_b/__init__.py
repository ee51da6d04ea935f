"""The other of two distributions with one plugin name."""
