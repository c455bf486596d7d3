"""Progress on a terminal, and plain lines elsewhere."""
