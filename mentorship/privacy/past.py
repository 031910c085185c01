"""What is past its time: the keys of all that is older than a moment, kind by kind."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa

from mentorship.accounts.models import EmailChange
from mentorship.audit import AuditEntry
from mentorship.notices.models import Message
from mentorship.privacy.models import DataExport, GlassOpening
from mentorship.profiles.models import Profile
from mentorship.rosters.import_models import RosterImport
from mentorship.rosters.uploads import with_files
from mentorship.rounds.models import Participant, Round, Run
from mentorship.rounds.offer_models import Offer, OfferState
from mentorship.signins.models import UserSession
from mentorship.throttle.models import Throttle
from mentorship.toolkit.path_models import Situation

MATCHED = (OfferState.CONFIRMED, OfferState.ENDED)


def _over(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    return sa.select(Round.id).where(Round.finished_at < moment)


def unmatched_profiles(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    """Select profiles that nobody touched since, without a match, in no round that goes on."""
    of_profile = (Offer.img_id == Profile.id) | (Offer.mentor_id == Profile.id)
    going = (
        sa.exists()
        .where(Participant.profile_id == Profile.id, Participant.left_out_at.is_(None))
        .where(Participant.round_id == Round.id, Round.finished_at.is_(None))
    )
    return sa.select(Profile.id).where(
        Profile.updated_at < moment,
        ~sa.exists().where(of_profile, Offer.state.in_(MATCHED)),
        ~going,
    )


def visas(moment: dt.datetime) -> sa.Select[uuid.UUID]:
    """Select profiles with visa answers whose rounds are all over, and that nobody touched since.

    Whoever prepares for a next round has given the answer for that one.
    """
    here = Participant.profile_id == Profile.id
    took_part = sa.exists().where(here, Participant.round_id == Round.id)
    later = took_part.where(Round.finished_at.is_(None) | (Round.finished_at >= moment))
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
