"""A copy of what is kept of a person, its erasure, and what goes by itself with time."""
