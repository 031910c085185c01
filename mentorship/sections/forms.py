"""Forms about sections. They help whoever types; the service and the database hold the rules."""

from __future__ import annotations

from collections.abc import Collection

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    Form,
    HiddenField,
    RadioField,
    SearchField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Regexp, ValidationError

from mentorship.accounts import service as accounts
from mentorship.consents.service import PURPOSES
from mentorship.notices.service import one_line
from mentorship.sections.listing import Wanted
from mentorship.sections.models import MembershipState, SectionRole
from mentorship.sections.service import SLUG

MATCHING = PURPOSES["matching"]
ROLES = {
    SectionRole.IMG: ("As an IMG", "You look for a mentor."),
    SectionRole.MENTOR: ("As a mentor", "You offer your time to an IMG."),
}


def line(words: str | None) -> str:
    """Make one clean line of what was typed, or an empty one of nothing."""
    return one_line(words or "")


def plain(words: str | None) -> str:
    """Keep lines, drop other control characters."""
    return "\n".join(one_line(part) for part in (words or "").splitlines()).strip()


class JoinForm(FlaskForm):
    role = RadioField("How do you want to take part?", validators=[InputRequired("Choose one")])
    agree = BooleanField(MATCHING.label, description=f"{MATCHING.text} {MATCHING.without}")
    version = HiddenField(default=str(MATCHING.version))

    def offer(self, roles: Collection[SectionRole]) -> None:
        """Fill the choices."""
        self.role.choices = [
            SelectChoice(role.value, ROLES[role][0], {"description": ROLES[role][1]})
            for role in ROLES
            if role in roles
        ]

    @property
    def agreed(self) -> bool:
        """Tell whether the person agreed to the text as it still reads."""
        return bool(self.agree.data) and self.version.data == str(MATCHING.version)


class FilterForm(Form):
    """What a leader looks for. It comes with the address, so unknown values are passed over."""

    q = SearchField("Name", filters=[line])
    role = SelectField(
        "Role",
        choices=[
            SelectChoice("", "All roles"),
            SelectChoice("img", "IMGs"),
            SelectChoice("mentor", "Mentors"),
            SelectChoice("leader", "Leaders"),
        ],
    )
    state = SelectField(
        "Status",
        choices=[
            SelectChoice("", "Members and requests"),
            SelectChoice("asked", "Requests only"),
            SelectChoice("active", "Members only"),
            SelectChoice("declined", "Declined"),
            SelectChoice("left", "Left"),
        ],
    )

    def wanted(self, page: int) -> Wanted:
        role, state = self._known(self.role), self._known(self.state)
        return Wanted(
            role=SectionRole(role) if role else None,
            state=MembershipState(state) if state else None,
            words=self.q.data[:120],
            page=page,
        )

    @staticmethod
    def _known(field: SelectField) -> str:
        known = {choice.value for choice in field.choices}
        return field.data if field.data in known else ""


class SectionForm(FlaskForm):
    name = StringField(
        "Name", filters=[line], validators=[DataRequired("Enter a name"), Length(max=120)]
    )
    about = TextAreaField(
        "About",
        filters=[plain],
        validators=[Length(max=2000)],
        description="Who this section is for. Everybody with an account can read it.",
    )
    approve_imgs = BooleanField(
        "Leaders approve IMGs, too",
        description="Mentors always wait for a leader's approval. IMGs only if you check this.",
    )


class NewSectionForm(SectionForm):
    slug = StringField(
        "Short name for links",
        filters=[line],
        validators=[
            DataRequired("Enter a short name"),
            Regexp(
                f"^{SLUG.pattern}$",
                message="Use 2 to 40 lower-case letters, digits and hyphens",
            ),
        ],
        description="For example internal-medicine. It cannot be changed later.",
    )


class AppointForm(FlaskForm):
    email = EmailField("Email address", filters=[line])

    def validate_email(self, field: EmailField) -> None:
        """Bring the address into the one spelling under which it is kept."""
        try:
            field.data = accounts.clean_email(field.data)
        except accounts.EmailUnusable as problem:
            raise ValidationError(str(problem)) from None


class InviteForm(AppointForm):
    name = StringField("Name", filters=[line], validators=[DataRequired("Enter a name")])

    def validate_name(self, field: StringField) -> None:
        try:
            accounts.clean_name(field.data)
        except accounts.NameUnusable as problem:
            raise ValidationError(str(problem)) from None


class DismissForm(FlaskForm):
    even_the_last = BooleanField("Leave this section without a leader")
