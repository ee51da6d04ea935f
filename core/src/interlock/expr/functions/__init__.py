"""What an expression may call."""
