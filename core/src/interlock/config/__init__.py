"""The configuration: read with positions, checked as a whole, typed."""
