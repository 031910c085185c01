"""The blueprint that all pages of rounds share; ``routes`` gathers them."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("rounds", __name__)
