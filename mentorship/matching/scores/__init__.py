"""How scores are counted: one function a criterion, and the same integers twenty times as quick."""
