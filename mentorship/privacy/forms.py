"""The wish to be erased: one box to tick, so that nobody does it by a slip."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField
from wtforms.validators import DataRequired


class EraseForm(FlaskForm):
    sure = BooleanField(
        "I have read what will happen, and want my data erased",
        validators=[DataRequired("Check this box if you are sure")],
    )
