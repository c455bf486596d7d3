"""``make demo``: the whole system on this machine, against a local stack that really executes the work."""
