"""One page a role: where I stand and what comes next."""
