"""Roster files: people as a leader's spreadsheet has them, read and written."""
