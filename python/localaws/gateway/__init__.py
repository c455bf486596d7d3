"""The door of the stack: HTTP, signatures, protocols and validation."""
