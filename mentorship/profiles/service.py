"""What others may ask of profiles: keep one, read one, and say what is missing in it."""

from __future__ import annotations

from mentorship.profiles.words import WordInUse, sync_terms

__all__ = ["WordInUse", "sync_terms"]
