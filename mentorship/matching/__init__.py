"""Who should mentor whom: pure values in, pairs with proof and reasons out."""

from __future__ import annotations

from mentorship.matching.market import Tables
from mentorship.matching.people import Img, Mentor, Span

__all__ = ["Img", "Mentor", "Span", "Tables"]
