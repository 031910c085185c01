"""The table of who sees which field, walked cell by cell: each holds, and nothing else is shown."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents import service as consents
from mentorship.finding import service as finding
from mentorship.hours import Clock
from mentorship.mentorships import service as mentorships
from mentorship.profiles.models import Profile, ProfileKind
from mentorship.profiles.service import (
    SHOWN,
    Audience,
    ImgCard,
    MentorCard,
    card,
    code_name,
    read_mentor,
    seen_by_others,
    write_img,
    write_mentor,
)
from mentorship.rounds import service as rounds
from mentorship.sections.models import Browsing, Membership, MembershipState, SectionRole
from tests import factories
from tests.factories import NOW
from tests.page import PageClient
from tests.profiles.samples import FULL_IMG, FULL_MENTOR
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]
CARDS = {ProfileKind.IMG: ImgCard, ProfileKind.MENTOR: MentorCard}
CELLS = [
    (kind, field.name, audience)
    for kind, shape in CARDS.items()
    for field in dataclasses.fields(shape)
    for audience in Audience
    if field.name != "profile_id"
]
# a word for each field of which pages could tell nothing else, field by field
IMG_CANARIES = {
    "gender": "onbinary",
    "goals": "Goalquokka",
    "asked_because": "Whyquokka",
    "email": "",
    "phone": "555 0111",
}
MENTOR_CANARIES = {
    "gender": "<dd>Woman</dd>",
    "institution": "Instquokka",
    "about": "Aboutquokka",
    "phone": "555 0222",
}


@pytest.fixture
def cast(session: Session) -> Cast:
    section = factories.section(session)
    cast = Cast(session, section, factories.leader(session, section))
    section.browsing = Browsing.BOTH
    ana, noor = cast.img("Ana Silva"), cast.mentor("Noor Haddad")
    ana.phone, noor.phone = "+1 215 555 0111", "+1 215 555 0222"
    said = dataclasses.replace(
        FULL_IMG, goals="Goalquokka", requests=(str(noor.id),), avoid=(), conflicts=("Badquokka",)
    )
    lines = {str(noor.id): "Whyquokka"}
    write_img(session, person_id=ana.id, img=said, now=NOW, lines=lines)
    mentor = dataclasses.replace(
        FULL_MENTOR,
        gender="woman",
        institution="Instquokka",
        about="Aboutquokka",
        selects_at=("Selectquokka",),
        exclude=(),
        exclude_institutions=("Outquokka",),
        accepts_specialties=(),
        accepts_stages=(),
        accepts_languages=(),
        seats=2,
        is_img=True,
    )
    write_mentor(session, person_id=noor.id, mentor=mentor, now=NOW)
    for person in (ana, noor):
        for purpose in (consents.LISTED, consents.SHARE_VISA, consents.SHARE_GENDER):
            consents.give(session, person.id, purpose, NOW)
    return cast


@pytest.mark.parametrize(("kind", "field", "audience"), CELLS)
def test_a_card_has_what_the_table_says(
    cast: Cast, session: Session, kind: ProfileKind, field: str, audience: Audience
) -> None:
    profile = session.query(Profile).filter_by(kind=kind).one()
    noor = cast.people["Noor Haddad"].id
    shown = getattr(card(session, profile.id, audience, reader_id=noor), field)
    assert bool(shown) is (audience in SHOWN[kind][field])


def _states(cast: Cast) -> Iterator[tuple[Audience, Audience, str | None]]:
    """Go through the life of a pair: what each side is to the other, and the key of the offer."""
    session, ana, noor = cast.session, cast.people["Ana Silva"].id, cast.people["Noor Haddad"].id
    yield Audience.BROWSING, Audience.BROWSING, None
    cast.published()
    offer = cast.offer("Ana Silva").id
    yield Audience.OFFERED, Audience.BROWSING, str(offer)
    rounds.accept_offer(session, person_id=noor, offer_id=offer, now=NOW)
    yield Audience.OFFERED, Audience.OFFERED, str(offer)
    rounds.confirm_match(session, person_id=ana, offer_id=offer, now=NOW)
    yield Audience.MATCHED, Audience.MATCHED, str(offer)
    mentorships.end_mentorship(
        session, person_id=ana, mentorship_id=offer, reason="time_over", words="", now=NOW
    )
    yield Audience.BROWSING, Audience.BROWSING, str(offer)


def _read(client: PageClient, paths: list[str]) -> str:
    answers = (client.client.get(path) for path in paths)
    return "".join(answer.text for answer in answers if answer.status_code == 200)


def test_pages_show_what_the_table_says_in_every_state(sign_in: SignIn, cast: Cast) -> None:
    img, mentor = cast.people["Ana Silva"], cast.people["Noor Haddad"]
    img_words = IMG_CANARIES | {"email": img.email}
    mentor_words = MENTOR_CANARIES | {"email": mentor.email}
    imgs, mentors = "/find/imgs", "/find/mentors"
    mine = f"{imgs}/{cast.profile('Ana Silva')}", f"{mentors}/{cast.profile('Noor Haddad')}"
    for to_mentor, to_img, key in _states(cast):
        pages = [f"/{what}/{key}" for what in ("offers", "matches", "mentorships")] if key else []
        by_mentor = _read(sign_in(mentor), ["/home/mentor", imgs, mine[0], *pages])
        by_img = _read(sign_in(img), ["/home/img", mentors, mine[1], *pages])
        assert by_mentor
        for field, word in img_words.items():
            told = to_mentor in SHOWN[ProfileKind.IMG][field]
            assert (word in by_mentor) is told, (key, to_mentor, field)
        for field, word in mentor_words.items():
            told = to_img in SHOWN[ProfileKind.MENTOR][field]
            assert (word in by_img) is told, (key, to_img, field)
        for text in (by_mentor, by_img):
            for word in ("Badquokka", "Selectquokka", "Outquokka"):
                assert word not in text, word


def test_the_preview_is_what_they_get(sign_in: SignIn, cast: Cast) -> None:
    ana = sign_in(cast.people["Ana Silva"]).get("/profile/img/preview")
    panels = ["".join(s.itertext()) for s in ana.tree.iterfind(".//main//section")]
    told = [[word in panel for word in ("Goalquokka", "555 0111")] for panel in panels]
    assert told == [[False, False], [True, False], [True, True], [False, False], [False, False]]
    noor = sign_in(cast.people["Noor Haddad"]).get("/profile/mentor/preview")
    assert "Selectquokka" not in noor.html
    nobody = factories.person(cast.session)
    assert "Nothing yet" in sign_in(nobody).get("/profile/img/preview").text


def test_the_preview_shows_the_name_where_one_section_shows_it(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    """And says where others read a code: a preview must not show less than somebody reads."""
    noor = cast.people["Noor Haddad"]
    said = read_mentor(session, noor.id)
    values = dataclasses.replace(said.values, institution="Harbor Hospital")
    write_mentor(session, person_id=noor.id, mentor=values, now=NOW)
    hiding = factories.section(session, names_masked=True)
    factories.member(session, hiding, SectionRole.MENTOR, noor)
    code = code_name(ProfileKind.MENTOR, noor.id)
    seen = seen_by_others(session, noor.id, ProfileKind.MENTOR, clock=Clock("UTC", NOW))
    for audience in (Audience.BROWSING, Audience.OFFERED):
        card = seen[audience]
        assert isinstance(card, MentorCard)
        assert (card.name, card.institution) == ("Noor Haddad", "Harbor Hospital")
    page = sign_in(noor).get("/profile/mentor/preview").text
    told = f"with you in {hiding.name} reads “{code}” in place of your name"
    assert page.count(told) == 2
    cast.section.names_masked = True
    session.flush()
    page = sign_in(noor).get("/profile/mentor/preview").text
    assert page.count(code) == 2
    assert "in place of your name" not in page


@pytest.mark.parametrize("state", [MembershipState.LEFT, MembershipState.ASKED])
def test_the_preview_speaks_of_no_section_one_is_not_in(
    sign_in: SignIn, cast: Cast, session: Session, state: MembershipState
) -> None:
    for name, road in (("Ana Silva", "img"), ("Noor Haddad", "mentor")):
        person = cast.people[name]
        client = sign_in(person)
        assert "of your section see this" in client.get(f"/profile/{road}/preview").text
        mine = sa.update(Membership).where(Membership.person_id == person.id)
        session.execute(mine.values(state=state))
        main = client.get(f"/profile/{road}/preview").tree.find(".//main")
        assert main is not None
        told = " ".join("".join(main.itertext()).split()).casefold()
        assert "your section" not in told
        left = state is MembershipState.LEFT
        assert ("in no section now" in told) is left
        assert ("waits for approval" in told) is not left


def test_finding_leaves_out_who_takes_the_consent_back(cast: Cast, session: Session) -> None:
    ana = cast.people["Ana Silva"].id
    assert finding.listing(session, ana, ProfileKind.IMG, now=NOW).everybody
    consents.withdraw(session, cast.people["Noor Haddad"].id, consents.LISTED, NOW)
    assert not finding.listing(session, ana, ProfileKind.IMG, now=NOW).everybody
