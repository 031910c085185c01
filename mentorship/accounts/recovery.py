"""Recovery codes, for when the second factor is lost: ten at a time, each works once."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts import letters
from mentorship.accounts.models import RecoveryCode, User
from mentorship.extensions import rows_hit

RECOVERY_CODES = 10
# Letters and digits that nobody takes for each other, 5 bits each; 26 of them are 130 bits.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LOOKALIKES = str.maketrans("oil", "011", " -")
CODE_LENGTH = 26
LENGTHS = frozenset({10, CODE_LENGTH})  # codes of before had ten, and are good until used
GROUP = 5

Check = Callable[[str, str], bool]


def codes_left(session: Session, person: User) -> int:
    """Count the recovery codes that were not used."""
    unused = sa.select(sa.func.count()).select_from(RecoveryCode)
    unused = unused.where(RecoveryCode.person_id == person.id, RecoveryCode.used_at.is_(None))
    return session.scalar(unused) or 0


def draw_codes() -> list[str]:
    """Draw ten codes at random; the first sign of each is its number."""
    return [
        f"{number}{''.join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))}"
        for number in range(RECOVERY_CODES)
    ]


def written(code: str) -> str:
    """Write a code so that it is easily copied by hand."""
    drawn = code[1:]
    groups = [drawn[start : start + GROUP] for start in range(0, CODE_LENGTH - 1, GROUP)]
    return "-".join([code[0], *groups[:-1], groups[-1] + drawn[GROUP * len(groups) :]])


def keep_codes(session: Session, person: User, hashes: Sequence[str], *, now: dt.datetime) -> None:
    """Keep the hashes of ten new codes in the place of all earlier ones."""
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    session.add_all(
        RecoveryCode(person_id=person.id, number=number, hash=hashed)
        for number, hashed in enumerate(hashes)
    )
    session.flush()
    _note(session, person, "account.recovery_codes.make", now=now)


def use_code(session: Session, person: User, text: str, *, check: Check, now: dt.datetime) -> bool:
    """Use a recovery code up; False when it is none, or was used before."""
    plain = text.strip().lower().translate(LOOKALIKES)
    number, code = plain[:1], plain[1:]
    if number not in set("0123456789") or len(code) not in LENGTHS:
        return False
    row = session.scalar(
        sa.select(RecoveryCode).where(
            RecoveryCode.person_id == person.id,
            RecoveryCode.number == int(number),
            RecoveryCode.used_at.is_(None),
        )
    )
    if row is None or not check(plain, row.hash):
        return False
    used = rows_hit(
        session,
        sa.update(RecoveryCode)
        .where(RecoveryCode.id == row.id, RecoveryCode.used_at.is_(None))
        .values(used_at=now),
    )
    if not used:
        return False
    letters.recovery_code_used(session, person, left=codes_left(session, person), now=now)
    _note(session, person, "account.recovery_codes.use", now=now)
    return True


def _note(session: Session, person: User, action: str, *, now: dt.datetime) -> None:
    audit.record(session, action=action, actor_id=person.id, about_id=person.id, now=now)
