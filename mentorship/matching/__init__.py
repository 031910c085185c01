"""Who should mentor whom: pure values in, pairs with proof and reasons out."""

from __future__ import annotations

from mentorship.matching.people import Img, Mentor, Span
from mentorship.matching.tables import Tables

__all__ = ["Img", "Mentor", "Span", "Tables"]
