"""``flask round``: what administrators ask about rounds."""

from __future__ import annotations

import uuid

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import NoResultFound

from mentorship.extensions import reading
from mentorship.rounds.inputs import InputsForgotten
from mentorship.rounds.proving import prove_again
from mentorship.rounds.running import ProofFailed


@click.group("round")
def round_() -> None:
    """Look into match rounds."""


@round_.command()
@click.argument("run", type=click.UUID)
@with_appcontext
def verify(run: uuid.UUID) -> None:
    """Solve RUN again (its id stands on its page) and compare pairs and proof."""
    try:
        with reading() as session:
            proof = prove_again(session, run_id=run)
    except NoResultFound:
        raise click.ClickException("there is no such run") from None
    except InputsForgotten as forgotten:
        raise click.ClickException(_deleted(forgotten)) from None
    except ProofFailed as failed:
        raise click.ClickException(f"the proof fails: {failed}") from None
    if proof.faults:
        raise click.ClickException(f"run {proof.number}: {'; '.join(proof.faults)}")
    click.echo(
        f"Run {proof.number}: the same {proof.pairs} pairs and the same certificate"
        f" (engine {proof.engine})."
    )


def _deleted(forgotten: InputsForgotten) -> str:
    if not forgotten.whole:
        why = "answers of somebody in it were deleted since, at their wish or after their time"
    elif forgotten.deleted_at:
        why = f"inputs deleted on {forgotten.deleted_at:%Y-%m-%d}, when the time of keeping ended"
    else:
        why = "inputs deleted, before days of deletion were noted"
    return f"{forgotten} cannot be solved again: {why}"
