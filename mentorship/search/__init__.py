"""Finding anything in the toolkit by words: full text of either database behind one service."""
