"""A production server with a wrong setting does not start, and says which in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.cli import needs_no_settings
from mentorship.config import EXIT_CONFIG, ConfigError, Mfa, Settings
from tests import factories

ROOT = Path(__file__).resolve().parent.parent
SECRET = "0f3a9c5be1d7462880bb17ac9de45f60"
KEY = "a:wQ2mX0b7Jd5uRk1oYv8sTn3eLf6hPz9cGa4iUq0xMyE="
GOOD = {
    "SECRET_KEY": SECRET,
    "FIELD_KEYS": KEY,
    "AUDIT_KEY": "5c1e8f0a7b3d9264e8a1c07d52b96f43",
    "BASE_URL": "https://mentors.example.org",
    "TRUSTED_HOSTS": "mentors.example.org",
    "MAIL_URL": "smtp://mail.example.org:587",
}


SSO = {
    "SSO_PROVIDERS": "uni",
    "SSO_UNI_ISSUER": "https://login.example.edu",
    "SSO_UNI_CLIENT_ID": "mentors",
    "SSO_UNI_CLIENT_SECRET": "of two",
}
TWICE = SSO | {name.replace("UNI", "CLINIC"): value for name, value in SSO.items()}
TWICE["SSO_PROVIDERS"] = "uni,clinic"


def test_providers_of_single_sign_on_are_taken() -> None:
    (uni,) = Settings.from_env(GOOD | SSO | {"SSO_UNI_NAME": "My University"}).providers
    assert (uni.id, uni.name, uni.origin) == ("uni", "My University", "https://login.example.edu")
    assert uni.algorithms == ("RS256", "PS256", "ES256")
    assert uni.joining
    assert not uni.private
    assert Settings.from_env(GOOD).providers == ()


def test_a_good_production_configuration_is_taken() -> None:
    settings = Settings.from_env(GOOD)
    assert settings.secure
    assert not settings.demo_allowed
    assert settings.trusted_hosts == ("mentors.example.org",)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "a" * 64}, "SECRET_KEY"),
        ({"FIELD_KEYS": ""}, "FIELD_KEYS"),
        ({"FIELD_KEYS": "a:AAAA"}, "FIELD_KEYS"),
        ({"FIELD_KEYS": "a:not base64"}, "FIELD_KEYS"),
        ({"FIELD_KEYS": f"{KEY},{KEY}"}, "FIELD_KEYS"),
        ({"BASE_URL": "http://mentors.example.org"}, "BASE_URL"),
        ({"BASE_URL": ""}, "BASE_URL"),
        ({"TRUSTED_HOSTS": ""}, "TRUSTED_HOSTS"),
        ({"MAIL_URL": ""}, "MAIL_URL"),
        ({"AUDIT_KEY": ""}, "AUDIT_KEY"),
        ({"AUDIT_KEY": "short"}, "AUDIT_KEY"),
        ({"REQUIRE_MFA": "off"}, "REQUIRE_MFA"),
        ({"REQUIRE_MFA": "some"}, "REQUIRE_MFA"),
        ({"MENTORSHIP_MODE": "staging"}, "MENTORSHIP_MODE"),
        ({"PROXIES": "two"}, "PROXIES"),
        ({"SECRET_KEY_FILE": "/nowhere/at/all"}, "SECRET_KEY_FILE"),
        ({"SSO_PROVIDERS": "uni"}, "SSO_UNI_ISSUER"),
        (SSO | {"SSO_UNI_CLIENT_ID": ""}, "SSO_UNI_CLIENT_ID"),
        (SSO | {"SSO_UNI_CLIENT_SECRET": ""}, "SSO_UNI_CLIENT_SECRET"),
        (SSO | {"SSO_UNI_CLIENT_SECRET_FILE": "/nowhere"}, "SSO_UNI_CLIENT_SECRET_FILE"),
        (SSO | {"SSO_PROVIDERS": ""}, "SSO_UNI_CLIENT_ID"),
        (SSO | {"SSO_PROVIDERS": "uni,uni"}, "SSO_PROVIDERS"),
        (SSO | {"SSO_PROVIDERS": "Uni!"}, "SSO_PROVIDERS"),
        (SSO | {"SSO_UNI_ISSUER": "http://login.example.edu"}, "SSO_UNI_ISSUER"),
        (SSO | {"SSO_UNI_ISSUER": "http://localhost:8080"}, "SSO_UNI_ISSUER"),
        (SSO | {"SSO_UNI_ISSUER": "https://login.example.edu/?a=b"}, "SSO_UNI_ISSUER"),
        (SSO | {"SSO_UNI_ISSUER": "login.example.edu"}, "SSO_UNI_ISSUER"),
        (SSO | {"SSO_UNI_ALGORITHMS": "RS256,none"}, "SSO_UNI_ALGORITHMS"),
        (SSO | {"SSO_UNI_ALGORITHMS": "HS256"}, "SSO_UNI_ALGORITHMS"),
        (SSO | {"SSO_UNI_JOIN": "perhaps"}, "SSO_UNI_JOIN"),
        (TWICE, "same ISSUER"),
    ],
)
def test_a_bad_one_is_refused_by_name(change: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigError, match=named) as refused:
        Settings.from_env(GOOD | change)
    assert "\n" not in str(refused.value)
    assert SECRET not in str(refused.value)


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    given = {name: value for name, value in GOOD.items() if name != "SECRET_KEY"}
    assert Settings.from_env(given | {"SECRET_KEY_FILE": str(file)}).secret_key == SECRET


def test_the_service_stops_with_one_line(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "INSTANCE_DIR": str(tmp_path)}
    started = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == EXIT_CONFIG
    assert started.stderr == "The service does not start: SECRET_KEY is not set; see .env.example\n"


def test_development_makes_its_own_keys_once(tmp_path: Path) -> None:
    place = {"MENTORSHIP_MODE": "development", "INSTANCE_DIR": str(tmp_path)}
    first, second = Settings.from_env(place), Settings.from_env(place)
    assert first == second
    assert oct((tmp_path / "secret_key.dev").stat().st_mode & 0o777) == "0o600"


@pytest.mark.parametrize(
    ("words", "free"),
    [
        ("/bin/flask --app wsgi match a.csv b.csv", True),
        ("/lib/flask/__main__.py -A wsgi --debug match a.csv b.csv", True),
        ("/bin/flask --app match run", False),
        ("/bin/flask --app wsgi roster import match a.csv b.csv", False),
        ("/bin/gunicorn match", False),
        ("/bin/flask", False),
    ],
)
def test_only_the_stateless_command_goes_without_settings(words: str, *, free: bool) -> None:
    assert needs_no_settings(words.split()) is free


def test_the_example_is_what_a_shell_can_read() -> None:
    script = 'set -a; . ./.env.example; printf "%s|%s" "$SITE_NAME" "$MAIL_FROM"'
    read = subprocess.run(
        ["/bin/sh", "-euc", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert read.stdout == "IMG Mentorship|IMG Mentorship <no-reply@mentors.example.org>"
    assert read.stderr == ""


def test_production_never_offers_demo_sign_ins(
    tmp_path: Path, migrated_database: Callable[[], str]
) -> None:
    """Not even on a database that a development machine filled."""
    address = migrated_database()
    engine = sa.create_engine(address)
    with Session(engine) as session, session.begin():
        factories.person(session, email="leader@example.org", demo=True)
    engine.dispose()

    def set_up(demo: str) -> subprocess.CompletedProcess[str]:
        keys = {"SECRET_KEY": SECRET, "FIELD_KEYS": KEY, "DATABASE_URL": address}
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", "set-up", demo],
            env={"PATH": os.environ["PATH"], "INSTANCE_DIR": str(tmp_path), **GOOD, **keys},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    assert "cannot exist in production" in set_up("--demo").stderr
    again = set_up("--no-demo")
    assert again.returncode == 0, again.stderr
    assert "They cannot sign in" in again.stdout
    assert "leader@example.org" not in again.stdout


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({}, Mfa.STAFF),
        ({"REQUIRE_MFA": "all"}, Mfa.ALL),
        ({"MENTORSHIP_MODE": "development"}, Mfa.OFF),
        ({"MENTORSHIP_MODE": "development", "REQUIRE_MFA": "staff"}, Mfa.STAFF),
    ],
)
def test_who_must_have_a_second_factor(tmp_path: Path, given: dict[str, str], rule: Mfa) -> None:
    place = {"INSTANCE_DIR": str(tmp_path)}
    assert Settings.from_env(GOOD | place | given).require_mfa is rule
