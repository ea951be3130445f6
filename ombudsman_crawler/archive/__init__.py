"""What was fetched, kept as it came."""
