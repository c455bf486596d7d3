"""The parts of ``mlops run tuning``."""
