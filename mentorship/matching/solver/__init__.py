"""How pairs are found: exact search with prices, and a proof over all pairs that were left out."""
