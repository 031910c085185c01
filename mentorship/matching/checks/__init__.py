"""What ``verify`` looks at: whether every rule is kept, and whether nothing could be better."""
