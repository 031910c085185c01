"""What people are told: why this pair, why nobody, what would change it, what help is worth."""
