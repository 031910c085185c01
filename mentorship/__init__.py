"""Mentors for international medical graduates: profiles, match rounds, toolkit."""
