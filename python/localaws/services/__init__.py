"""The services that the stack implements itself; moto serves the others."""
