"""The demo section's people: invented, made by a seeded generator, and kept as roster files."""
