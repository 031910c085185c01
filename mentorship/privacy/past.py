"""What is past its time: the keys of all that is older than a moment, kind by kind."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from mentorship.accounts.models import EmailChange
from mentorship.audit import AuditEntry
from mentorship.notices.models import Message
from mentorship.privacy.models import DataExport, GlassOpening
from mentorship.profiles.models import Profile
from mentorship.rosters.import_models import RosterImport
from mentorship.rosters.uploads import with_files
from mentorship.rounds.models import Participant, Round, Run
from mentorship.rounds.offer_models import Offer, OfferState, Publication
from mentorship.rounds.run_models import PublishPlan, RunStep
from mentorship.search.models import SearchMiss
from mentorship.signins.models import UserSession
from mentorship.throttle.models import Throttle
from mentorship.toolkit.path_models import Situation

MATCHED = (OfferState.CONFIRMED, OfferState.ENDED)


def _over(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    """Select the rounds that were over before a moment.

    That does not wait for a leader for ever: one that nobody has finished or given up was over with
    the last that happened in it, or was to happen.
    """
    times: Mapping[InstrumentedAttribute[uuid.UUID], Sequence[InstrumentedAttribute[Any]]] = {
        Participant.round_id: (Participant.joined_at, Participant.back_at),
        Run.round_id: (Run.made_at,),
        RunStep.round_id: (RunStep.taken_at,),
        PublishPlan.round_id: (PublishPlan.goes_out_at,),
        Publication.round_id: (Publication.published_at, Publication.answer_by),
        Offer.round_id: (Offer.offered_at, Offer.mentor_answered_at, Offer.img_answered_at),
    }
    still = sa.or_(
        *(time >= moment for time in (Round.created_at, Round.opened_at, Round.closes_at)),
        *(
            sa.exists().where(key == Round.id, sa.or_(*(time >= moment for time in each)))
            for key, each in times.items()
        ),
    )
    went_quiet = ~sa.func.coalesce(still, sa.false())
    return sa.select(Round.id).where(sa.func.coalesce(Round.finished_at < moment, went_quiet))


def unmatched_profiles(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    """Select profiles that nobody touched since, without a match, in no round that goes on."""
    of_profile = (Offer.img_id == Profile.id) | (Offer.mentor_id == Profile.id)
    unfinished = sa.select(Round.id).where(Round.finished_at.is_(None))
    going = sa.exists().where(
        Participant.profile_id == Profile.id,
        Participant.left_out_at.is_(None),
        Participant.round_id.in_(unfinished),
        Participant.round_id.not_in(_over(moment)),
    )
    return sa.select(Profile.id).where(
        Profile.updated_at < moment,
        ~sa.exists().where(of_profile, Offer.state.in_(MATCHED)),
        ~going,
    )


def visas(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    """Select profiles with visa answers whose rounds are all over, and that nobody touched since.

    Whoever prepares for a next round has given the answer for that one. For whoever left a round,
    it was over then.
    """
    took_part = sa.exists().where(Participant.profile_id == Profile.id)
    later = took_part.where(
        Participant.round_id.not_in(_over(moment)),
        sa.func.coalesce(Participant.left_out_at >= moment, sa.true()),
    )
    return sa.select(Profile.id).where(
        Profile.visa_sealed.is_not(None) | Profile.visas_sealed.is_not(None),
        Profile.updated_at < moment,
        took_part,
        ~later,
    )


def records(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    sealed = Run.inputs_sealed.is_not(None)
    return sa.select(Run.id).where(Run.round_id.in_(_over(moment)), sealed)


def mails(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    return sa.select(Message.id).where(Message.created_at < moment)


def addresses(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    return sa.select(EmailChange.id).where(EmailChange.asked_at < moment)


def copies(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    return sa.select(DataExport.id).where(
        sa.func.coalesce(DataExport.made_at, DataExport.asked_at) < moment
    )


def imports(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    return sa.select(RosterImport.id).where(RosterImport.asked_at < moment, ~with_files())


def files(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    return sa.select(RosterImport.id).where(RosterImport.asked_at < moment, with_files())


def situations(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    return sa.select(Situation.id).where(Situation.kept_at < moment)


def openings(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    return sa.select(GlassOpening.id).where(GlassOpening.until < moment)


def entries(moment: dt.datetime) -> sa.Select[int]:
    return sa.select(AuditEntry.number).where(AuditEntry.at < moment)


def sessions(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    return sa.select(UserSession.id).where(UserSession.opened_at < moment)


def tries(moment: dt.datetime) -> sa.Select[str]:
    return sa.select(Throttle.key).where(Throttle.ends_at < moment)


def searches(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    return sa.select(SearchMiss.id).where(SearchMiss.last_at < moment)
