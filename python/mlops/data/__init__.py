"""`mlops data`: a data set on this machine, looked at with the jobs' own code."""
