"""Match rounds: set up, run, review, publish, answer."""
