"""The HTTP server: connections, signatures and routing."""
