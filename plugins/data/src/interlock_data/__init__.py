"""Data conversion, validation and clean-up."""
