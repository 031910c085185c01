"""A new key takes over while nothing is lost, and the old one can then go."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from click.testing import Result
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask

from mentorship.accounts.models import User
from mentorship.crypto import Keyring, UnreadableField, keyring, new_key
from mentorship.extensions import db, transaction
from mentorship.keys import sealed_columns
from mentorship.mentorships.service import write_note
from mentorship.profiles.models import Profile
from mentorship.rounds.models import Pair, Run
from tests.factories import NOW
from tests.mentorships.pair import confirmed
from tests.page import PageClient

OLD, NEW = f"old:{new_key()}", f"new:{new_key()}"


@pytest.fixture
def sealed(new_app: Callable[..., Flask]) -> Flask:
    app = new_app(field_keys=OLD)
    with app.app_context(), transaction() as session:
        pair = confirmed(session)
        pair.img.phone = "+1 215 555 0100"
        pair.img.totp = '{"key": "made-up"}'
        profile = session.scalars(sa.select(Profile).where(Profile.person_id == pair.img.id)).one()
        profile.visa, profile.gender = "e3", "woman"
        write_note(session, person_id=pair.img.id, mentorship_id=pair.id, text="Mine", now=NOW)
    return app


def rotate(app: Flask) -> Result:
    return app.test_cli_runner().invoke(args=["keys", "rotate"])


def blobs(app: Flask) -> list[bytes]:
    with app.app_context():
        return [
            bytes(blob)
            for column in sealed_columns()
            for blob in db.session.scalars(sa.select(column).where(column.is_not(None)))
        ]


def test_every_sealed_column_of_the_database_is_found(app: Flask) -> None:
    with app.app_context():
        _check_columns()


def _check_columns() -> None:
    named = {
        column
        for table in db.metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("_sealed")
    }
    assert set(sealed_columns()) == named


def test_all_moves_to_the_first_key_and_the_old_one_can_go(sealed: Flask) -> None:
    before = blobs(sealed)
    assert len(before) >= 8
    assert {blob.partition(b":")[0] for blob in before} == {b"old"}
    keyring.load(f"{NEW},{OLD}")
    first = rotate(sealed)
    assert "Make a backup now" in first.output
    assert first.exit_code == 0, first.output
    assert f"{len(before)} values sealed anew" in first.output
    assert {blob.partition(b":")[0] for blob in blobs(sealed)} == {b"new"}
    assert f"0 values sealed anew, {len(before)} were" in rotate(sealed).output
    keyring.load(NEW)
    with sealed.app_context():
        phones = [p.phone for p in db.session.scalars(sa.select(User)) if p.phone]
        assert phones == ["+1 215 555 0100"]
        assert db.session.scalars(sa.select(Run)).one().inputs
        assert all(pair.parts for pair in db.session.scalars(sa.select(Pair)))


def test_nobody_who_reads_or_writes_meanwhile_meets_an_error(sealed: Flask) -> None:
    """Pages are opened and answers saved without a pause while everything is sealed anew."""
    keyring.load(f"{NEW},{OLD}")
    stop, trouble, done = threading.Event(), [], [0]
    with sealed.app_context():
        person = db.session.scalars(sa.select(User).where(User.name == "Ana Silva")).one()
        db.session.remove()
    client = PageClient(sealed, person)

    def use() -> None:
        while not stop.is_set():
            try:
                assert "+1 215 555 01" in str(client.get("/account").html)
                phone = f"+1 215 555 01{done[0] % 90 + 10}"
                client.submit("/account", {"phone": phone})
                done[0] += 1
            except Exception as error:  # noqa: BLE001  told below, whatever it is
                trouble.append(repr(error))

    user = threading.Thread(target=use)
    user.start()
    try:
        results = [rotate(sealed) for _ in range(3)]
        while done[0] < 3 and not trouble:
            stop.wait(0.05)
    finally:
        stop.set()
        user.join()
    assert trouble == []
    assert [result.exit_code for result in results] == [0, 0, 0]
    keyring.load(NEW)
    with sealed.app_context():
        assert {blob.partition(b":")[0] for blob in blobs(sealed)} == {b"new"}
        again = db.session.get_one(User, person.id)
        assert str(again.phone).startswith("+1 215 555 01")


def test_two_ciphertexts_that_change_places_do_not_open(sealed: Flask) -> None:
    keyring.load(OLD)
    with sealed.app_context():
        profile = db.session.scalars(
            sa.select(Profile).where(Profile.visa_sealed.is_not(None))
        ).one()
        visa, gender = profile.visa_sealed, profile.gender_sealed
        profile.visa_sealed, profile.gender_sealed = gender, visa
        for field in ("visa", "gender"):
            with pytest.raises(UnreadableField):
                getattr(profile, field)
        other = Profile(kind=profile.kind)
        other.visa_sealed = visa  # of another person
        with pytest.raises(UnreadableField):
            _ = other.visa
        db.session.rollback()


def test_what_does_not_open_is_counted_and_left_alone(sealed: Flask) -> None:
    before = blobs(sealed)
    keyring.load(NEW)
    result = rotate(sealed)
    assert result.exit_code == 1
    assert f"{len(before)} values do not open" in result.output
    assert blobs(sealed) == before
    with sealed.app_context(), pytest.raises(UnreadableField):
        _ = db.session.scalars(sa.select(Run)).one().inputs


def test_a_run_may_change_its_seal_and_nothing_else(sealed: Flask) -> None:
    with sealed.app_context():
        for change in (
            sa.update(Pair).values(open_score=1),
            sa.update(Pair).values(parts_sealed=None),
            sa.update(Run).values(total=1),
            sa.update(Run).values(proof_sealed=None),
        ):
            with pytest.raises(sa.exc.IntegrityError), transaction() as session:
                session.execute(change)


def test_a_value_is_sealed_by_aes_256_gcm_and_an_altered_one_does_not_open() -> None:
    """Taken apart by hand: id, nonce of 12 bytes, ciphertext, and the place as what is proved."""
    ring = Keyring()
    ring.load(NEW)
    blob = ring.seal({"visa": "e3"}, place="profile.visa_sealed.1")
    name, _, rest = blob.partition(b":")
    cipher = AESGCM(base64.b64decode(NEW.partition(":")[2]))
    plain = cipher.decrypt(rest[:12], rest[12:], b"profile.visa_sealed.1")
    assert (name, plain) == (b"new", b'{"visa":"e3"}')
    assert len({ring.seal("same", place="x")[4:16] for _ in range(1000)}) == 1000
    for place in range(len(name) + 1, len(blob)):
        altered = bytearray(blob)
        altered[place] ^= 1
        with pytest.raises(UnreadableField):
            ring.open(bytes(altered), place="profile.visa_sealed.1")
