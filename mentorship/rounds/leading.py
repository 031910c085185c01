"""What the pages of leaders share: what an address asks for, and the answers to who came second."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest

from mentorship import audit
from mentorship.access import current_id
from mentorship.extensions import db
from mentorship.notices.service import one_line
from mentorship.rounds.blueprint import bp
from mentorship.rounds.history import last_step
from mentorship.rounds.lifecycle import RoundChanged
from mentorship.rounds.models import Round, Run
from mentorship.rounds.paging import LONGEST_CHOICE, LONGEST_WORDS, Wanted
from mentorship.rounds.scope import round_and_run_of_leader, round_of_leader
from mentorship.rounds.steps import RunChanged


class NoSuchRun(Exception):
    """A leader's round has no run of this number; or none at all, if they named no number."""

    def __init__(self, round_: Round, number: int | None) -> None:
        super().__init__(number)
        self.round_, self.number = round_, number


def wanted_by() -> Wanted:
    """Return what the address asks for; what it does not know is passed over."""
    return Wanted(
        words=one_line(request.args.get("q", ""))[:LONGEST_WORDS],
        sort=one_line(request.args.get("sort", ""))[:LONGEST_CHOICE],
        show=one_line(request.args.get("show", ""))[:LONGEST_CHOICE],
        page=request.args.get("page", 1, type=int),
    )


def key_of(text: str | None) -> uuid.UUID:
    """Return the key that a form has sent."""
    try:
        return uuid.UUID(text)
    except (TypeError, ValueError):
        raise BadRequest from None


def changed_page(slug: str, round_id: uuid.UUID, changed: RoundChanged) -> tuple[str, int]:
    """Tell a leader that the round is no longer where their step starts."""
    page = render_template(
        "rounds/changed.html",
        back=url_for(".show", slug=slug, round_id=round_id),
        changed=changed,
        last=last_step(db.session(), round_id),
        me=current_id(),
    )
    return page, 409


def run_changed_page(slug: str, round_id: uuid.UUID, changed: RunChanged) -> tuple[str, int]:
    """Tell a leader that another run counts than the one they looked at."""
    back = url_for(".review_run", slug=slug, round_id=round_id)
    return render_template("rounds/run_changed.html", back=back, changed=changed), 409


def acting(
    session: Session,
    slug: str,
    round_id: uuid.UUID,
    action: str,
    **detail: str | int | list[list[str]],
) -> Round:
    """Return the leader's round, and log that they act on it in this transaction."""
    round_ = round_of_leader(session, current_id(), slug, round_id)
    audit.record(
        session,
        action=action,
        actor_id=current_id(),
        about_id=round_.id,
        section_id=round_.section_id,
        now=dt.datetime.now(dt.UTC),
        detail=detail,
    )
    return round_


def round_and_run(slug: str, round_id: uuid.UUID) -> tuple[Round, Run]:
    """Return the leader's round and the run the address names, or the one that counts.

    Raises
    ------
    NoSuchRun
        The round is theirs, but has no such run, or none yet.
    NoResultFound
        They lead no such round.

    """
    round_, run = round_and_run_if_any(slug, round_id)
    if run is None:
        raise NoSuchRun(round_, request.args.get("run", type=int))
    return round_, run


def round_and_run_if_any(slug: str, round_id: uuid.UUID) -> tuple[Round, Run | None]:
    """Return the same, None for a run that is not there."""
    number = request.args.get("run", type=int)
    return round_and_run_of_leader(db.session(), current_id(), slug, round_id, number)


@bp.errorhandler(NoSuchRun)
def no_such_run(none: NoSuchRun) -> tuple[str, int]:
    """Lead back to the round from the address of a run that it does not have."""
    return render_template("rounds/no_run.html", round=none.round_, number=none.number), 404
