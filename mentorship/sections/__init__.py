"""Sections of the society, their members and leaders."""
