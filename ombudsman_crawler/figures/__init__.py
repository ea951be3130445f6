"""What a figure is, whatever it was read from, and what must hold between figures."""
