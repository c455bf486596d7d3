"""A local AWS for one machine: moto for plain services, a SageMaker that really executes the work."""
