"""What test files are called."""

PATTERN = "*.test.yaml"
