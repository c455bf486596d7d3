"""The parts of ``mlops run transform``."""
