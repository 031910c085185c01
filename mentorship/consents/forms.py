"""The switch of one purpose. It names the version of the text the person had before their eyes."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField


class ChoiceForm(FlaskForm):
    agree = BooleanField()
    version = HiddenField()
