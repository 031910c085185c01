"""Where a person leaves traces, table by table: what erasure deletes, and what stays and why.

A test derives the tables from the models and fails for one that stands neither here nor there.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from types import MappingProxyType

import sqlalchemy as sa

from mentorship.accounts.models import EmailChange, Identity, Passkey, RecoveryCode
from mentorship.community.models import DirectoryCard, Introduction
from mentorship.consents.models import Consent, Erasure
from mentorship.extensions import Model
from mentorship.finding.models import Mark
from mentorship.inbox.models import Notice, NoticeChoice
from mentorship.mentorships.models import Agreement, Concern, Feedback, Goal, Note
from mentorship.news.models import DigestReader, NewsInterest
from mentorship.notices.models import Message
from mentorship.privacy.models import DataExport, GlassOpening
from mentorship.profiles.models import Naming
from mentorship.rounds.insight_models import FreeSeat, SmallestChange
from mentorship.rounds.note_models import RoundNote
from mentorship.sections.models import Membership
from mentorship.sections.table_models import MemberTag
from mentorship.signins.models import UserSession
from mentorship.spotlight.models import SpotlightLetter
from mentorship.toolkit.path_models import Situation, Tick
from mentorship.toolkit.shelf_models import ResourceMark, ResourceReport

# What is deleted, by the column that names the person.
OF_PERSON: tuple[
    sa.orm.InstrumentedAttribute[uuid.UUID] | sa.orm.InstrumentedAttribute[uuid.UUID | None], ...
] = (
    *(Consent.person_id, DigestReader.person_id, DirectoryCard.person_id, Notice.person_id),
    *(NoticeChoice.person_id, NewsInterest.person_id, Tick.person_id, Situation.person_id),
    *(ResourceMark.person_id, ResourceReport.person_id, SpotlightLetter.author_id),
    *(Note.author_id, Feedback.author_id, Concern.author_id, Mark.reader_id, Naming.person_id),
    *(Introduction.from_id, Introduction.to_id),
    *(DataExport.person_id, GlassOpening.about_id, Erasure.person_id),
    *(Membership.person_id, MemberTag.person_id),
    *(Passkey.person_id, RecoveryCode.person_id, EmailChange.person_id),
    *(Identity.person_id, UserSession.person_id, Message.person_id),
)
OF_PROFILE: tuple[
    sa.orm.InstrumentedAttribute[uuid.UUID] | sa.orm.InstrumentedAttribute[uuid.UUID | None], ...
] = (
    *(Mark.profile_id, RoundNote.img_id, RoundNote.mentor_id),
    *(SmallestChange.img_id, FreeSeat.mentor_id),
)
BELOW_PROFILE = ("choice", "availability", "naming", "institution_mark", "importance")
OF_PAIR: tuple[type[Model], ...] = (Agreement, Goal)

# Tables whose rows stay, and why nothing in them tells who it was.
STAYS: Mapping[str, str] = MappingProxyType(
    {
        "user": "an empty shell, where a run needs its key; else deleted",
        "profile": "an empty shell, where a run needs its key; else deleted",
        **dict.fromkeys(
            ("participant", "pair", "unmatched", "run_seat", "seat_count", "offer", "pair_next"),
            "the record of a round: keys, scores and dates, without words or answers",
        ),
        **dict.fromkeys(
            ("run", "run_fairness", "mentor_gain", "run_job", "run_step", "private_tables"),
            "a run as a whole; the person's answers are taken out of its sealed record",
        ),
        **dict.fromkeys(("publication", "publish_plan"), "when a round was published"),
        "roster_import": "files and reports of imports; those that name the person are deleted",
        "reminder": "that a reminder went out, and when",
        "round_note_before": "goes with its note; of notes about others only the author goes",
        "ending": "that a mentorship ended and for which reason; its words are emptied",
        "meeting": "when the two met, for the other one; its words are emptied",
        "resolution": "taken up by the section: its own record, without the author",
        "resolution_step": "the section's own record",
        "news_item": "published by the section: its own record, without the author",
        "news_hiding": "what a section does not show",
        "mail_text": "the section's own words in mails",
        "resource_change": "the section's own record of its catalog, without the author",
        "fact_change": "the record of a public fact with its reason, without the author",
    }
)
