"""What is kept of a person, table by table: what goes into their copy, and what erasure does to it.

Every table from which a chain of foreign keys leads to a person stands here, in ``IN_THE_COPY``
or in ``NOT_IN_THE_COPY`` with a reason, and once more in ``privacy.traces``; a test derives the
tables from the models and fails for one that is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import sqlalchemy as sa

from mentorship.accounts.models import EmailChange, Identity, Passkey, RecoveryCode, User
from mentorship.audit import AuditEntry
from mentorship.community.models import DirectoryCard, Introduction, Resolution
from mentorship.consents.models import Consent, Erasure
from mentorship.finding.models import Mark
from mentorship.inbox.models import Notice, NoticeChoice
from mentorship.mentorships.models import Agreement, Concern, Feedback, Goal, Meeting, Note
from mentorship.news.models import DigestReader, NewsInterest, NewsItem
from mentorship.notices.models import Message
from mentorship.privacy.mine import Holding
from mentorship.privacy.models import DataExport, GlassOpening
from mentorship.profiles.models import (
    Availability,
    Choice,
    Importance,
    InstitutionMark,
    Naming,
    Profile,
)
from mentorship.rounds.models import Pair, Participant, Unmatched
from mentorship.rounds.offer_models import Ending, Offer, OfferState, Publication, SeatCount
from mentorship.sections.models import Membership
from mentorship.signins.models import UserSession
from mentorship.spotlight.models import SpotlightLetter
from mentorship.toolkit.path_models import Situation, Tick
from mentorship.toolkit.shelf_models import ResourceMark, ResourceReport
from mentorship.toolkit.truth_models import FactChange

_LINK = "it opens what it belongs to; whoever had the file could use it"
_TWO = "the parts of a score would tell what the other one answered"

IN_THE_COPY: tuple[Holding, ...] = (
    Holding(
        User,
        "Your account",
        lambda me: User.id == me.id,
        {
            "password": "a hash, of which nobody can make anything but guesses",
            "fs_uniquifier": _LINK,
            "totp_sealed": _LINK,
            "totp_counter": "which code of your app was used last",
            **dict.fromkeys(
                ("reset_link_hash", "confirm_link_hash"), "a check sum of a mailed link"
            ),
        },
    ),
    Holding(
        Passkey,
        "Your passkeys",
        lambda me: Passkey.person_id == me.id,
        dict.fromkeys(("credential_id", "public_key"), "numbers of a device, of no use elsewhere"),
    ),
    Holding(
        UserSession,
        "Where you are signed in",
        lambda me: UserSession.person_id == me.id,
        dict.fromkeys(("token_hash", "key"), _LINK),
    ),
    Holding(
        RecoveryCode,
        "Which of your recovery codes are used",
        lambda me: RecoveryCode.person_id == me.id,
        {"hash": "a hash, of which nobody can make anything but guesses"},
    ),
    Holding(
        Identity,
        "Accounts elsewhere with which you sign in",
        lambda me: Identity.person_id == me.id,
    ),
    Holding(
        EmailChange,
        "An email address you have not confirmed yet",
        lambda me: EmailChange.person_id == me.id,
        {"token_hash": _LINK},
    ),
    Holding(Membership, "Your sections and roles", lambda me: Membership.person_id == me.id),
    Holding(Consent, "Your consents, and who gave them", lambda me: Consent.person_id == me.id),
    Holding(Erasure, "Your wish to be erased", lambda me: Erasure.person_id == me.id),
    Holding(
        DataExport,
        "Copies you asked for",
        lambda me: DataExport.person_id == me.id,
        {"archive_sealed": "this copy itself"},
    ),
    Holding(
        GlassOpening,
        "When an administrator opened your sealed answers, and why",
        lambda me: GlassOpening.about_id == me.id,
    ),
    Holding(Profile, "Your profiles", lambda me: Profile.person_id == me.id),
    Holding(Choice, "What you chose in them", lambda me: Choice.profile_id.in_(me.profiles)),
    Holding(Availability, "Your free hours", lambda me: Availability.profile_id.in_(me.profiles)),
    Holding(
        Importance, "What matters most to you", lambda me: Importance.profile_id.in_(me.profiles)
    ),
    Holding(
        InstitutionMark,
        "Institutions you named",
        lambda me: InstitutionMark.profile_id.in_(me.profiles),
    ),
    Holding(
        Naming,
        "People you asked for, welcome or avoid",
        lambda me: Naming.profile_id.in_(me.profiles),
    ),
    Holding(Mark, "People you noted or hid in the lists", lambda me: Mark.reader_id == me.id),
    Holding(
        Participant,
        "Rounds you took part in",
        lambda me: Participant.profile_id.in_(me.profiles),
    ),
    Holding(
        Offer,
        "Offers you were told of",
        lambda me: me.told,
        hide=("decline_reason", "decline_words"),
        unless=lambda me: sa.case(
            (Offer.state == OfferState.DECLINED_BY_MENTOR, Offer.mentor_id.in_(me.profiles)),
            (Offer.state == OfferState.DECLINED_BY_IMG, Offer.img_id.in_(me.profiles)),
            else_=sa.false(),
        ),
        read_as={"state": "read_by_img"},
        reads=lambda me: Offer.img_id.in_(me.profiles),
    ),
    Holding(
        Pair,
        "The pairs behind these offers, with their score",
        lambda me: Pair.id.in_(sa.select(Offer.pair_id).where(me.told)),
        {"parts_sealed": _TWO},
    ),
    Holding(
        Unmatched,
        "Published rounds that found no mentor for you",
        lambda me: (
            Unmatched.img_id.in_(me.profiles) & Unmatched.run_id.in_(sa.select(Publication.run_id))
        ),
        {"detail": "worked out from what mentors answered"},
    ),
    Holding(
        SeatCount,
        "Your seats as a mentor, round by round",
        lambda me: SeatCount.mentor_id.in_(me.profiles),
    ),
    Holding(Agreement, "Your agreements", lambda me: Agreement.offer_id.in_(me.mentorships)),
    Holding(Goal, "Your goals", lambda me: Goal.offer_id.in_(me.mentorships)),
    Holding(Meeting, "Your meetings", lambda me: Meeting.offer_id.in_(me.mentorships)),
    Holding(Note, "Your own notes", lambda me: Note.author_id == me.id),
    Holding(Feedback, "Feedback you gave", lambda me: Feedback.author_id == me.id),
    Holding(
        Concern,
        "Concerns you told about",
        lambda me: Concern.author_id == me.id,
        {"outcome_sealed": "a note of the leaders for themselves"},
    ),
    Holding(
        Ending,
        "How mentorships of yours ended",
        lambda me: Ending.offer_id.in_(me.mentorships),
        hide=("reason", "words_sealed"),
        unless=lambda me: Ending.by_id == me.id,
    ),
    Holding(Notice, "Your notices", lambda me: Notice.person_id == me.id),
    Holding(
        NoticeChoice, "How you want to hear of things", lambda me: NoticeChoice.person_id == me.id
    ),
    Holding(
        Message,
        "Mails to you of the last 30 days",
        lambda me: (
            (Message.person_id == me.id)
            | (Message.person_id.is_(None) & (Message.recipient == me.email))
        ),
        {"body": _LINK, "unsubscribe": _LINK},
    ),
    Holding(NewsInterest, "News topics you chose", lambda me: NewsInterest.person_id == me.id),
    Holding(
        DigestReader,
        "Your weekly mail",
        lambda me: DigestReader.person_id == me.id,
        {"key": _LINK},
    ),
    Holding(
        NewsItem,
        "News you wrote",
        lambda me: NewsItem.author_id == me.id,
        {"fingerprint": "a check sum", "guid": "a check sum"},
    ),
    Holding(SpotlightLetter, "Your letters", lambda me: SpotlightLetter.author_id == me.id),
    Holding(DirectoryCard, "Your directory cards", lambda me: DirectoryCard.person_id == me.id),
    Holding(
        Introduction,
        "Members you asked to be put in touch with, or who asked you",
        lambda me: (Introduction.from_id == me.id) | (Introduction.to_id == me.id),
        hide=("words",),
        unless=lambda me: Introduction.from_id == me.id,
        read_as={"state": "read_by_asker", "answered_at": "yes_at"},
        reads=lambda me: Introduction.from_id == me.id,
    ),
    Holding(Resolution, "Resolutions you proposed", lambda me: Resolution.author_id == me.id),
    Holding(Situation, "Where you are on the journey", lambda me: Situation.person_id == me.id),
    Holding(Tick, "What you ticked off", lambda me: Tick.person_id == me.id),
    Holding(ResourceMark, "Resources you marked", lambda me: ResourceMark.person_id == me.id),
    Holding(ResourceReport, "Resources you reported", lambda me: ResourceReport.person_id == me.id),
    Holding(FactChange, "Facts you corrected", lambda me: FactChange.person_id == me.id),
    Holding(
        AuditEntry,
        "What you did, from the log",
        lambda me: AuditEntry.actor_id == me.id,
        {"before": "a check sum", "hash": "a check sum"},
    ),
)

_RUN = "of a run as a whole, worked out from everybody in it; what it found for you is in the copy"
_BY = "of the section; it only says who of its leaders did it, which stands in the log"
_LEADERS = "a working note of leaders on a pair or an IMG; ask them to read it to you"

NOT_IN_THE_COPY: Mapping[str, str] = MappingProxyType(
    {
        "user_role": "says only who is an administrator",
        **dict.fromkeys(
            (
                *("run", "run_fairness", "run_seat", "free_seat", "mentor_gain"),
                *("smallest_change", "pair_next", "private_tables"),
            ),
            _RUN,
        ),
        **dict.fromkeys(("publication", "publish_plan", "run_job", "run_step"), _BY),
        **dict.fromkeys(("resource_change", "news_hiding", "mail_text"), _BY),
        "round_note": _LEADERS,
        "round_note_before": _LEADERS,
        "member_tag": "a word by which leaders sort their list; ask them to read it to you",
        "roster_import": "files of a leader about many people, gone when the import is over",
        "reminder": "that a reminder went out; the mail itself is in the copy for 30 days",
        "resolution_step": "steps of a resolution that leaders noted for the section",
    }
)
