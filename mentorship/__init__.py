"""Mentors for international medical graduates: profiles, match rounds, toolkit."""

import os

# The tables that numpy multiplies here are small. BLAS's own threads wait for each other, on a busy
# machine thirty times as long as they work; it reads this when numpy is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
