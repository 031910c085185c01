"""What people fill in to get in. Flask-Security's forms with our fields, words and checks."""

from __future__ import annotations

from flask_security.forms import (
    ChangePasswordForm,
    EmailValidation,
    LoginForm,
    RegisterFormV2,
    ResetPasswordForm,
    unique_user_email,
)
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    HiddenField,
    PasswordField,
    SelectField,
    StringField,
    TelField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from mentorship.accounts import passwords, service
from mentorship.accounts.models import User
from mentorship.web import safe_next

PASSWORD_HINT = (
    f"At least {passwords.MIN_LENGTH} characters. A few unrelated words work well, and you may "
    "paste from a password manager."
)
EMAIL = {"autocomplete": "email", "spellcheck": "false", "autocapitalize": "none"}
SIGN_IN_EMAIL = EMAIL | {"autocomplete": "username"}
NO_EMAIL = "Enter your email address."
AGREE = "I agree that this site keeps an account for me, as the privacy page says"
NOT_AGREED = "Please agree. Without it the site may not keep an account."


def stripped(value: str | None) -> str | None:
    return value.strip() if value else value


def _usable_name(_form: FlaskForm, field: Field) -> None:
    try:
        field.data = service.clean_name(field.data or "")
    except service.NameUnusable as problem:
        raise ValidationError(str(problem)) from None


def usable_email(_form: FlaskForm, field: Field) -> None:
    try:
        field.data = service.clean_email(field.data or "")
    except service.EmailUnusable as problem:
        raise ValidationError(str(problem)) from None


def _known_password(label: str = "Password") -> PasswordField:
    """Make the field of a password that exists; absurd lengths never reach the hash."""
    return PasswordField(
        label,
        validators=[InputRequired("Enter your password."), Length(max=passwords.MAX_LENGTH)],
        render_kw={"autocomplete": "current-password"},
    )


def _chosen_password(label: str) -> PasswordField:
    return PasswordField(
        label,
        description=PASSWORD_HINT,
        validators=[InputRequired("Choose a password.")],
        render_kw={"autocomplete": "new-password", "passwordrules": "minlength: 12"},
    )


def _name() -> StringField:
    return StringField(
        "Your name",
        description="As others in your section should see it.",
        validators=[InputRequired("Enter your name."), _usable_name],
        render_kw={"autocomplete": "name", "maxlength": service.NAME_LENGTH},
    )


class _WayBack(FlaskForm):
    """Forgets a way back that leads off the site before Flask-Security takes it apart."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.next.data = safe_next(self.next.data, "")


class SignInForm(_WayBack, LoginForm):
    email = EmailField(
        "Email address",
        filters=[stripped],
        validators=[InputRequired(NO_EMAIL), EmailValidation(verify=False)],
        render_kw=SIGN_IN_EMAIL,
    )
    password = _known_password()
    remember = None
    submit = None

    def validate(self, **kwargs: object) -> bool:
        """Check as Flask-Security does; it then turns every error into one and the same."""
        if super().validate(**kwargs):
            return True
        if self.email.errors:
            self.password.errors = []  # or the same sentence would be said twice
        return False


class RegisterForm(_WayBack, RegisterFormV2):
    name = _name()
    email = EmailField(
        "Email address",
        description="We send a link there. Besides leaders, only an agreed match sees it.",
        filters=[stripped],
        validators=[InputRequired(NO_EMAIL), EmailValidation(verify=True), unique_user_email],
        render_kw=EMAIL,
    )
    password = _chosen_password("Choose a password")
    agree = BooleanField(
        AGREE,
        validators=[InputRequired(NOT_AGREED)],
    )
    submit = None


class EmailForm(FlaskForm):
    """Any address: the answer is the same for all of them."""

    email = EmailField(
        "Email address",
        filters=[stripped],
        validators=[InputRequired(NO_EMAIL), usable_email],
        render_kw=EMAIL,
    )


class NewPasswordForm(ResetPasswordForm):
    password = _chosen_password("New password")
    password_confirm = None
    submit = None


class OtherPasswordForm(ChangePasswordForm):
    password = _known_password("Current password")
    new_password = _chosen_password("New password")
    new_password_confirm = None
    submit = None


class AgainForm(FlaskForm):
    """Its names differ from those of all other forms: one of these may be carried along."""

    again_password = PasswordField(
        "Password",
        validators=[Length(max=passwords.MAX_LENGTH)],
        render_kw={"autocomplete": "current-password"},
    )
    again_sealed = HiddenField()
    again_back = HiddenField(validators=[Length(max=2_000)])
    again_answer = HiddenField(validators=[Length(max=20_000)])


class ClaimForm(FlaskForm):
    name = _name()
    password = _chosen_password("Choose a password")
    agree = BooleanField(
        AGREE,
        validators=[InputRequired(NOT_AGREED)],
    )

    def __init__(self, person: User, known: list[str]) -> None:
        super().__init__(data={"name": person.name})
        self._known = [person.email, *known]

    def validate_password(self, field: Field) -> None:
        found = passwords.problems(field.data, known=[self.name.data or "", *self._known])
        if found:
            raise ValidationError(found[0])


class JoinForm(FlaskForm):
    """What a provider of single sign-on does not say."""

    name = _name()
    agree = BooleanField(
        AGREE,
        validators=[InputRequired(NOT_AGREED)],
    )


class ConfirmForm(FlaskForm):
    """One button."""


class SettingsForm(FlaskForm):
    name = _name()
    timezone = SelectField(
        "Time zone",
        description="Deadlines and meetings are shown in this zone; while it is empty, in UTC.",
    )
    phone = TelField(
        "Phone number",
        description="Your match sees it after both of you have said yes. It is kept encrypted.",
        filters=[stripped],
        render_kw={"autocomplete": "tel"},
    )
    keys_off = BooleanField(
        "Switch off the keys of tables",
        description="On a leader's tables j and k go down and up, and x ticks a row. Switch them"
        " off if you press letters by mistake, or if you speak to your computer.",
    )

    def __init__(self, person: User, *, tables: bool) -> None:
        """``tables``: this person has pages with tables, as leaders and administrators do."""
        super().__init__(obj=person)
        if not tables:
            del self.keys_off
        zones = dict.fromkeys([*filter(None, [person.timezone]), *service.time_zones()])
        self.timezone.choices = [
            SelectChoice("", "Not set: times are shown in UTC"),
            *(SelectChoice(zone, zone.replace("_", " ")) for zone in sorted(zones)),
        ]

    def validate_phone(self, field: Field) -> None:
        if field.data and not service.PHONE.fullmatch(field.data):
            raise ValidationError(service.PHONE_LIKE)
