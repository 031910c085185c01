"""Asking strangers' servers: which addresses are allowed, how long it may take, and what they answer."""
