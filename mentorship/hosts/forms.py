"""The host that an administrator decides on."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import Field, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from mentorship.hosts.service import HostUnusable, typed_host
from mentorship.web import sentence


class HostForm(FlaskForm):
    host = StringField(
        "Host",
        validators=[DataRequired("Enter a host"), Length(max=300)],
        description=(
            "For example nrmp.org. It counts with and without www. in front, and for no other name."
        ),
    )

    def validate_host(self, field: Field) -> None:
        try:
            field.data = typed_host(field.data)
        except HostUnusable as problem:
            raise ValidationError(sentence(f"{problem}.")) from None
