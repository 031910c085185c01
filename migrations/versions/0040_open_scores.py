"""What leaders see of a pair is its open score; the score of the match is sealed with its parts.

Also the proof of a run is sealed, and the digest of what it was made of gets a key that is sealed
with it. What runs of before told by whole scores (who was next, why a seat was free, what one more
mentor adds, mean scores of groups) is taken away: it cannot be told anew without solving again.
The shares of old pairs are made anew from their sealed parts, rounded as these are; where the parts
are forgotten already, the score is kept to the nearest five of a hundred.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from mentorship.crypto import UnreadableField, keyring

revision = "0040"
down_revision = "0038"
branch_labels = None
depends_on = None

PRIVATE = ("visa", "same_gender")
FULL, COARSE = 10_000, 500
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
FROZEN_RUN = (
    "id, round_id, number, policy, lottery, rules, engine_version, reference_week, inputs_digest,"
    " certificate, means, total, matched, unmatched, made_at"
)
NEW_PAIR = "id, run_id, img_id, mentor_id, place, open_score"
OLD_PAIR = "id, run_id, img_id, mentor_id, place, score"

RUN = sa.table(
    "run",
    sa.column("id", sa.Uuid()),
    sa.column("inputs_digest", sa.String()),
    sa.column("inputs_sealed", sa.LargeBinary()),
    sa.column("certificate", JSON),
    sa.column("proof_sealed", sa.LargeBinary()),
    sa.column("total", sa.Integer()),
)
PAIR = sa.table(
    "pair",
    sa.column("id", sa.Uuid()),
    sa.column("run_id", sa.Uuid()),
    sa.column("score", sa.Integer()),
    sa.column("open_score", sa.Integer()),
    sa.column("parts_sealed", sa.LargeBinary()),
)
UNMATCHED = sa.table(
    "unmatched",
    sa.column("run_id", sa.Uuid()),
    sa.column("img_id", sa.Uuid()),
    sa.column("detail", JSON),
)
FAIRNESS = sa.table("run_fairness", sa.column("run_id", sa.Uuid()), sa.column("tables", JSON))


def upgrade() -> None:
    _thaw("score")
    op.add_column("run", sa.Column("proof_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("pair", sa.Column("open_score", sa.Integer(), nullable=False, server_default="0"))
    bind = op.get_bind()
    for row in _rows(PAIR):
        parts = _opened(row.parts_sealed, f"pair.parts_sealed.{row.id}")
        told = _told(parts or [])
        score = sum(part["open"]["points"] for part in told if "open" in part)
        if not told:
            score = min((row.score + COARSE // 2) // COARSE * COARSE, FULL)
        _set(PAIR, row, open_score=score, **_parts(row, parts, told))
    for row in _rows(RUN):
        known = dict(row.certificate)
        proof = {key: known.pop(key, None) for key in ("primal", "dual", "blocking_pairs")}
        total = sa.select(sa.func.coalesce(sa.func.sum(PAIR.c.open_score), 0))
        _set(
            RUN,
            row,
            certificate={**known, "blocking_pairs": None},
            proof_sealed=keyring.seal(proof, place=f"run.proof_sealed.{row.id}"),
            total=bind.scalar(total.where(PAIR.c.run_id == row.id)),
            **_with_key(row),
        )
    for row in bind.execute(sa.select(UNMATCHED)).all():
        detail = {k: v for k, v in row.detail.items() if k not in {"mentor", "score", "price"}}
        same = sa.and_(UNMATCHED.c.run_id == row.run_id, UNMATCHED.c.img_id == row.img_id)
        bind.execute(sa.update(UNMATCHED).where(same).values(detail=detail))
    for row in bind.execute(sa.select(FAIRNESS)).all():
        groups = row.tables.get("groups", {})
        told = {key: [[*each[:3], None] for each in rows] for key, rows in groups.items()}
        same = FAIRNESS.c.run_id == row.run_id
        bind.execute(sa.update(FAIRNESS).where(same).values(tables={**row.tables, "groups": told}))
    for name in ("pair_next", "free_seat", "mentor_gain", "round_averages"):
        bind.execute(sa.delete(sa.table(name)))
    with op.batch_alter_table("pair") as table:
        table.drop_constraint(op.f("ck_pair_score_in_range"), type_="check")
        table.drop_column("score")
        table.alter_column("open_score", server_default=None)
        table.create_check_constraint(
            op.f("ck_pair_open_score_in_range"), "open_score BETWEEN 0 AND 10000"
        )
    _freeze(NEW_PAIR)


def downgrade() -> None:
    _thaw("open_score")
    op.add_column("pair", sa.Column("score", sa.Integer(), nullable=False, server_default="0"))
    bind = op.get_bind()
    for row in _rows(PAIR):
        parts = _opened(row.parts_sealed, f"pair.parts_sealed.{row.id}")
        score = sum(part["points"] for part in parts) if parts else row.open_score
        plain = [{k: v for k, v in part.items() if k != "open"} for part in parts or []]
        _set(PAIR, row, score=score, **_parts(row, parts, plain))
    for row in _rows(RUN):
        proof = _opened(row.proof_sealed, f"run.proof_sealed.{row.id}") or {}
        total = sa.select(sa.func.coalesce(sa.func.sum(PAIR.c.score), 0))
        _set(
            RUN,
            row,
            certificate={**row.certificate, **proof},
            total=bind.scalar(total.where(PAIR.c.run_id == row.id)),
            **_without_key(row),
        )
    op.drop_column("run", "proof_sealed")
    with op.batch_alter_table("pair") as table:
        table.drop_constraint(op.f("ck_pair_open_score_in_range"), type_="check")
        table.drop_column("open_score")
        table.alter_column("score", server_default=None)
        table.create_check_constraint(op.f("ck_pair_score_in_range"), "score BETWEEN 0 AND 10000")
    _freeze(OLD_PAIR)


def _told(parts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put points and shares without private answers beside those of each open criterion."""
    shown = [part for part in parts if part["criterion"] not in PRIVATE]
    whole = sum(part["of"] for part in shown)
    shares = [divmod(FULL * part["of"], max(whole, 1)) for part in shown]
    left = FULL - sum(share for share, _ in shares) if whole else 0
    first = sorted(range(len(shown)), key=lambda place: (-shares[place][1], place))[:left]
    told = {}
    for place, part in enumerate(shown):
        of = shares[place][0] + (place in first)
        earned = (2 * of * part["points"] + part["of"]) // (2 * part["of"]) if part["of"] else 0
        told[part["criterion"]] = {"points": min(earned, of), "of": of}
    return [
        {**part, "open": told[part["criterion"]]} if part["criterion"] in told else part
        for part in parts
    ]


def _rows(table: sa.TableClause) -> Iterator[Any]:
    """Yield the rows one by one: records of runs are large."""
    bind = op.get_bind()
    for key in bind.scalars(sa.select(table.c.id)).all():
        there = [c for c in table.c if c.name in _columns(table.name)]
        yield bind.execute(sa.select(*there).where(table.c.id == key)).one()


def _columns(name: str) -> set[str]:
    return {column["name"] for column in sa.inspect(op.get_bind()).get_columns(name)}


def _set(table: sa.TableClause, row: Any, **values: object) -> None:
    op.get_bind().execute(sa.update(table).where(table.c.id == row.id).values(**values))


def _opened(blob: bytes | None, place: str) -> Any:
    """Open a value; None if there is none, or its key is gone and nobody can read it any more."""
    try:
        return None if blob is None else keyring.open(blob, place=place)
    except UnreadableField:
        return None


def _parts(row: Any, before: object, after: object) -> dict[str, bytes]:
    if before is None or before == after:
        return {}
    return {"parts_sealed": keyring.seal(after, place=f"pair.parts_sealed.{row.id}")}


def _with_key(row: Any) -> dict[str, object]:
    """Key the digest. Of a record that is forgotten, or lacks somebody, it fits nothing any more."""
    place = f"run.inputs_sealed.{row.id}"
    record, key = _opened(row.inputs_sealed, place), secrets.token_hex(32)
    if record is None or record.get("erased"):
        return {"inputs_digest": _hmac({"forgotten": row.inputs_digest}, secrets.token_hex(32))}
    record = {**record, "digest_key": key}
    as_noted = _sha256(_keyless(record)) == row.inputs_digest
    digest = _hmac(record, key) if as_noted else _hmac({"altered": row.inputs_digest}, key)
    return {"inputs_digest": digest, "inputs_sealed": keyring.seal(record, place=place)}


def _without_key(row: Any) -> dict[str, object]:
    place = f"run.inputs_sealed.{row.id}"
    record = _opened(row.inputs_sealed, place)
    if record is None or "digest_key" not in record:
        return {}
    plain = _keyless(record)
    as_noted = _hmac(record, record["digest_key"]) == row.inputs_digest
    digest = {"inputs_digest": _sha256(plain)} if as_noted else {}
    return {**digest, "inputs_sealed": keyring.seal(plain, place=place)}


def _keyless(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != "digest_key"}


def _sha256(record: dict[str, Any]) -> str:
    return hashlib.sha256(_plain(record)).hexdigest()


def _hmac(record: dict[str, Any], key: str) -> str:
    return hmac.new(bytes.fromhex(key), _plain(record), hashlib.sha256).hexdigest()


def _plain(record: dict[str, Any]) -> bytes:
    return json.dumps(record, separators=(",", ":"), sort_keys=True).encode()


def _thaw(score: str) -> None:
    """Drop what keeps these rows from changing; ``score`` names the column of the pair."""
    names = ["run_frozen", "run_forgets"]
    if score == "open_score":
        names.append("run_keeps_proof")
    for name in names:
        _drop(name, "run")
    for name in ("pair_frozen", "pair_keeps_parts"):
        _drop(name, "pair")
    _drop("unmatched_frozen", "unmatched")


def _freeze(of_pair: str) -> None:
    _trigger(f"BEFORE UPDATE OF {FROZEN_RUN} ON run", "run_frozen")
    _trigger(
        "BEFORE UPDATE OF inputs_sealed, made_by_id ON run",
        "run_forgets",
        when=f"(NEW.inputs_sealed IS NOT NULL AND ({_not_resealed('inputs_sealed')}))"
        " OR (NEW.made_by_id IS NOT NULL"
        " AND (OLD.made_by_id IS NULL OR NEW.made_by_id <> OLD.made_by_id))",
    )
    if of_pair == NEW_PAIR:
        proof = f"NEW.proof_sealed IS NULL OR {_not_resealed('proof_sealed')}"
        _trigger("BEFORE UPDATE OF proof_sealed ON run", "run_keeps_proof", when=proof)
    _trigger(f"BEFORE UPDATE OF {of_pair} ON pair", "pair_frozen")
    parts = f"NEW.parts_sealed IS NULL OR {_not_resealed('parts_sealed')}"
    _trigger("BEFORE UPDATE OF parts_sealed ON pair", "pair_keeps_parts", when=parts)
    _trigger("BEFORE UPDATE ON unmatched", "unmatched_frozen")


def _trigger(event: str, name: str, when: str = "") -> None:
    each = f"CREATE TRIGGER {name} {event} FOR EACH ROW" + (f" WHEN ({when})" if when else "")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"{each} EXECUTE FUNCTION refuse_change()")
    else:
        op.execute(f"{each} BEGIN SELECT RAISE(ABORT, 'a run never changes'); END")


def _drop(name: str, table: str) -> None:
    """Drop a trigger; one of a table that SQLite has copied went with the copy."""
    on = f" ON {table}" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def _not_resealed(column: str) -> str:
    """Say that a value was not sealed before, or is not now: a seal begins with its key's id."""
    if op.get_bind().dialect.name == "postgresql":
        place = f"position('\\x3a'::bytea in NEW.{column})"
    else:
        place = f"instr(NEW.{column}, X'3A')"
    return f"OLD.{column} IS NULL OR {place} NOT BETWEEN 2 AND 60"
