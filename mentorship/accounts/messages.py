"""Flask-Security's sentences in our words. None holds an address: they travel in the cookie."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_CHECK_MAIL = "Almost done: the account can be used once the address is confirmed."
_NOT_SIGNED_IN = (
    "We could not sign you in. The email address or the password is not right, or the address is "
    "not confirmed yet."
)
_LINK_DEAD = "This link does not work any more. You can ask for a new one here."

MESSAGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        f"MSG_{key}": message
        for key, message in {
            "GENERIC_AUTHN_FAILED": (_NOT_SIGNED_IN, "error"),
            "UNAUTHENTICATED": ("Please sign in to see this page.", "info"),
            "CONFIRM_REGISTRATION": (_CHECK_MAIL, "info"),
            "INVALID_REDIRECT": ("We could not go back to the page you came from.", "warning"),
            "INVALID_RESET_PASSWORD_TOKEN": (_LINK_DEAD, "warning"),
            "PASSWORD_RESET_EXPIRED": (_LINK_DEAD, "warning"),
            "PASSWORD_RESET_NO_LOGIN": (
                "Your password is changed. Sign in with the new one.",
                "success",
            ),
            "PASSWORD_CHANGE": ("Your password is changed.", "success"),
            "PASSWORD_IS_THE_SAME": ("Choose a password other than the current one.", "error"),
            "PASSWORD_NOT_PROVIDED": ("Enter your password.", "error"),
            "INVALID_PASSWORD": ("This is not your password.", "error"),
            "EMAIL_NOT_PROVIDED": ("Enter your email address.", "error"),
            "INVALID_EMAIL_ADDRESS": (
                "Enter an email address, like name@example.org.",
                "error",
            ),
        }.items()
    }
)
