"""Each request that changes something leaves an entry in the log, whoever wrote its view.

A view that has more to tell writes an entry of its own (``audit.record``). For all others one is
added right before the commit, in the same transaction, with the view's name as what was done. Only
what stands in ``UNLOGGED`` leaves none, each view for the reason given there.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, g, has_request_context, request
from flask_login import current_user
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from mentorship.audit import TOLD, record
from mentorship.extensions import SAFE_METHODS
from mentorship.oversight.words import UNTOLD
from mentorship.rounds.models import Round
from mentorship.rounds.offer_models import Offer
from mentorship.sections.models import Membership, Section
from mentorship.spotlight.models import SpotlightLetter

WROTE = "audit.wrote"  # in Session.info: this transaction has changed something

_WISH = "whom somebody would like, or avoids, is theirs alone; it stands in their profile"
_OWN = "kept for this person alone; an entry would be a second trace that they cannot remove"
_SHARED = "between the two of a pair; leaders learn elsewhere whether they met, and no more of it"
_DRY = "changes nothing: it works something out and shows it"

UNLOGGED: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                *("finding.ask", "finding.avoid", "finding.drop", "finding.mark", "finding.move"),
                *("finding_imgs.allow", "finding_imgs.avoid", "finding_imgs.mark"),
                "finding_imgs.welcome",
            ),
            _WISH,
        ),
        **dict.fromkeys(
            (
                *("mentorships.write_note", "mentorships.delete_note"),
                *("path.tick", "path.here", "path.situation", "shelf.mark"),
                *("news.choose", "news.stop"),
                *("inbox.open_notice", "inbox.read_all", "inbox.choose", "inbox.stop"),
            ),
            _OWN,
        ),
        **dict.fromkeys(
            (
                *("mentorships.add_goal", "mentorships.set_goal"),
                *("mentorships.plan_meeting", "mentorships.move_meeting"),
                *("mentorships.cancel_meeting", "mentorships.log_meeting"),
            ),
            _SHARED,
        ),
        **dict.fromkeys(UNTOLD, "whoever asks, be it a leader, is never told of a no"),
        "signins.stay": "somebody says that they are still there",
        **dict.fromkeys(("rounds.effect_of_new", "rounds.effect_of_changes"), _DRY),
        **dict.fromkeys(
            (
                *("oversight.look_in_section", "oversight.look_in_all", "accounts_desk.look"),
                "guides.visa_answer",
            ),
            "asks for a page; posted so that its address names nobody and nothing private",
        ),
        "search.ask": "a search that finds nothing is counted by its words, never by who asked",
    }
)

# What leaders read of mentorships and letters, whose addresses name no section. Never a concern or
# feedback, which are ``IN_CONFIDENCE``. Never what is done to a draft: it is its author's.
FOR_LEADERS = frozenset(
    {
        *("mentorships.end", "mentorships.write_agreement", "mentorships.accept_agreement"),
        "spotlight.submit",
    }
)


def init_app(app: Flask) -> None:
    """Watch what requests write. The listeners are of all sessions: made once a process."""
    app.before_request(begin)
    app.after_request(end)
    for event, listener in (
        ("after_flush", _flushed),
        ("do_orm_execute", _executed),
        ("before_commit", _record),
        ("after_soft_rollback", _undone),
    ):
        if not sa.event.contains(Session, event, listener):
            sa.event.listen(Session, event, listener)


def begin() -> None:
    """Count from here: what stands in the session already was not written by this request."""
    g.recorded = request.method not in SAFE_METHODS and request.endpoint is not None


def end(response: Response) -> Response:
    """Count no further: mails that are sent after an answer are not the view's work."""
    g.recorded = False
    return response


def _in_request() -> bool:
    return has_request_context() and bool(g.get("recorded"))


def _flushed(session: Session, _context: object) -> None:
    if _in_request() and (session.new or session.dirty or session.deleted):
        session.info[WROTE] = True


def _executed(state: ORMExecuteState) -> sa.Result[Any] | None:
    """Note a statement that writes: an INSERT always does, another only where it finds a row.

    The second of two clicks often sends an UPDATE whose conditions hold no longer. So whether
    something changed is known after the statement, which is carried out here.
    """
    if not _in_request() or not (state.is_insert or state.is_update or state.is_delete):
        return None
    if state.is_insert:
        state.session.info[WROTE] = True
        return None
    result = state.invoke_statement()
    if _returns(state.statement):
        rows = result.freeze()  # whether there are any tells, and the caller still reads them
        found, result = bool(rows.data), rows()
    else:  # many objects at once have no count: one entry too many is better than none
        found = not isinstance(result, sa.CursorResult) or result.rowcount != 0
    if found:
        state.session.info[WROTE] = True
    return result


def _returns(statement: object) -> bool:
    """Tell whether a write asks for rows (RETURNING), of which the driver may know no count yet.

    ``exported_columns`` would be the public way, but where it was read once before ``returning``
    it stays empty (SQLAlchemy 2.1).
    """
    return isinstance(statement, sa.UpdateBase) and bool(statement._returning)  # noqa: SLF001


def _undone(session: Session, ended: SessionTransaction) -> None:
    if not ended.nested:
        _forget(session)


def _forget(session: Session) -> None:
    session.info.pop(WROTE, None)
    session.info.pop(TOLD, None)


def _record(session: Session) -> None:
    if session.in_nested_transaction():
        return
    if _in_request():
        session.flush()  # what is still to be written tells whether there is anything to tell
        told = session.info.get(TOLD) or request.endpoint in UNLOGGED
        if session.info.get(WROTE) and not told:
            _add(session)
    _forget(session)


def _add(session: Session) -> None:
    me: uuid.UUID | None = current_user.id if current_user.is_authenticated else None
    named = dict(request.view_args or {})
    section_id = _section(session, named)
    keys = [value for value in named.values() if isinstance(value, uuid.UUID)]
    record(
        session,
        action=str(request.endpoint),
        actor_id=me,
        about_id=keys[0] if keys else section_id or me,
        section_id=section_id,
        now=dt.datetime.now(dt.UTC),
    )


def _section(session: Session, named: Mapping[str, object]) -> uuid.UUID | None:
    """Return the section whose leaders the entry is for, by what the address names."""
    of_round = sa.select(Round.section_id)
    of_offer = of_round.join(Offer, Offer.round_id == Round.id)
    ways = {
        "slug": sa.select(Section.id).where(Section.slug == named.get("slug")),
        "round_id": of_round.where(Round.id == named.get("round_id")),
        "offer_id": of_offer.where(Offer.id == named.get("offer_id")),
        "membership_id": sa.select(Membership.section_id).where(
            Membership.id == named.get("membership_id")
        ),
    }
    if request.endpoint in FOR_LEADERS:
        ways |= {
            "mentorship_id": of_offer.where(Offer.id == named.get("mentorship_id")),
            "letter_id": sa.select(SpotlightLetter.section_id).where(
                SpotlightLetter.id == named.get("letter_id")
            ),
        }
    way = next((query for name, query in ways.items() if name in named), None)
    return None if way is None else session.scalars(way).one_or_none()
