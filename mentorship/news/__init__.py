"""News by topic: what leaders write, what feeds bring, and a weekly mail for whoever wants it."""
