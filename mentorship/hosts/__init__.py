"""The hosts that this server may ask: those of what comes with it, and those confirmed since."""
