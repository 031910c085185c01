"""Bringing roster files into a section."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship import audit
from mentorship.accounts.models import User
from mentorship.audit import AuditEntry
from mentorship.consents import service as consents
from mentorship.consents.models import Consent
from mentorship.extensions import Model
from mentorship.matching import Img
from mentorship.notices.models import Message
from mentorship.profiles import service as profiles
from mentorship.rosters.format import read_imgs, read_mentors
from mentorship.rosters.rows import ImgRow, MentorRow, Roster
from mentorship.rosters.service import ImportReport, import_roster
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole
from tests import factories
from tests.factories import NOW

LATER = NOW + dt.timedelta(days=1)
IMGS = """\
email,name,stage,specialties,languages,requests,avoid,consents
ana@example.org,Ana Abara,usce,psychiatry|neurology,en|ne,mo@example.org,lee@example.org,matching
ben@example.org,Ben Bello,interviews,urology,en,,,
"""
MENTORS = """\
email,name,specialties,seats,visas,exclude,paused_until
mo@example.org,Mo Mentor,psychiatry,2,j1_visa,ben@example.org,2027-03-01
"""


def imgs(text: str = IMGS) -> Roster[ImgRow]:
    return read_imgs(io.BytesIO(text.encode()))


def mentors(text: str = MENTORS) -> Roster[MentorRow]:
    return read_mentors(io.BytesIO(text.encode()))


def bring(
    session: Session,
    where: Section,
    img_text: str = IMGS,
    mentor_text: str = MENTORS,
    *,
    now: dt.datetime = LATER,
    skip_bad: bool = False,
) -> ImportReport:
    return import_roster(
        session,
        section=where,
        imgs=imgs(img_text),
        mentors=mentors(mentor_text),
        now=now,
        skip_bad=skip_bad,
    )


def counts(report: ImportReport) -> tuple[int, int, int]:
    return (report.created, report.updated, report.unchanged)


def person(session: Session, email: str) -> User:
    return session.scalars(sa.select(User).where(User.email == email)).one()


def img_of(session: Session, email: str) -> Img:
    return profiles.read_img(session, person(session, email).id).values


def claim(session: Session, email: str, name: str = "") -> User:
    owner = person(session, email)
    owner.confirmed_at, owner.name = NOW, name or owner.name
    session.flush()
    return owner


@pytest.fixture
def here(session: Session) -> Section:
    return factories.section(session)


def test_the_files_become_people_members_profiles_and_consents(
    session: Session, here: Section
) -> None:
    report = bring(session, here)
    assert counts(report) == (3, 0, 0)
    ana, mo = person(session, "ana@example.org"), person(session, "mo@example.org")
    assert (ana.name, ana.confirmed_at) == ("Ana Abara", None)
    said = img_of(session, ana.email)
    assert (said.stage, said.specialties) == ("usce", ("psychiatry", "neurology"))
    assert said.requests == (str(mo.id),)
    assert said.avoid == ("lee@example.org",)
    mentor = profiles.read_mentor(session, mo.id)
    assert (mentor.values.visas, mentor.paused_until) == (("j1_visa",), dt.date(2027, 3, 1))
    roles = sa.select(Membership.role).where(Membership.state == MembershipState.ACTIVE)
    assert sorted(session.scalars(roles)) == ["img", "img", "mentor"]
    assert consents.in_force(session, [ana.id])[ana.id] == {"matching"}
    assert set(report.unclaimed) == set(session.scalars(sa.select(User.id)))


def test_a_consent_of_a_file_is_marked_as_the_files(session: Session, here: Section) -> None:
    bring(session, here)
    assert session.scalars(sa.select(Consent.by_file)).all() == [True]


def test_a_consent_of_a_file_to_an_older_text_is_not_put_on_the_person(
    session: Session, here: Section
) -> None:
    bring(session, here)
    session.execute(sa.update(Consent).values(version=99))
    (note,) = (note for note in bring(session, here).notes if "older text" in note)
    assert "they, or a file for them, agreed to an older text" in note


def test_the_log_names_each_person_whom_an_import_changed(session: Session, here: Section) -> None:
    """By key, without a value: those who are new have no entry, nor those left as they were."""
    bring(session, here)
    log = sa.select(AuditEntry).order_by(AuditEntry.number)
    (first,) = session.scalars(log)
    assert (first.action, first.about_id, first.section_id) == (
        *("roster.import.done", here.id, here.id),
    )
    assert first.detail == {"created": 3, "updated": 0}
    bring(session, here, IMGS.replace("usce", "residency").replace("en,,,", "en,,,statistics"))
    entries = session.scalars(log.where(AuditEntry.number > first.number)).all()
    done, *changed = entries
    assert done.detail == {"created": 0, "updated": 2}
    ana, ben = (person(session, f"{name}@example.org").id for name in ("ana", "ben"))
    assert {(one.action, one.about_id) for one in changed} == {
        ("roster.import.change", ana),
        ("roster.import.change", ben),
    }
    assert audit.first_bad(session)[0] is None
    bring(session, here, IMGS.replace("usce", "residency").replace("en,,,", "en,,,statistics"))
    assert session.scalars(log).all()[-1] is entries[-1]


def test_the_log_names_a_member_whose_whole_profile_an_import_makes(
    session: Session, here: Section
) -> None:
    ana = factories.person(session, "Ana", email="ana@example.org")
    factories.member(session, here, SectionRole.IMG, ana)
    ben = factories.person(session, "Ben", email="ben@example.org")
    factories.member(session, here, SectionRole.IMG, ben)
    ben.confirmed_at = None
    session.flush()
    report = bring(session, here)
    assert report.created == 3
    changed = sa.select(AuditEntry.about_id).where(AuditEntry.action == "roster.import.change")
    assert set(session.scalars(changed)) == {ana.id, ben.id}


def test_the_same_files_again_change_nothing(session: Session, here: Section) -> None:
    bring(session, here, now=NOW)
    before = everything(session)
    assert counts(bring(session, here)) == (0, 0, 3)
    assert everything(session) == before


def test_a_changed_cell_updates_one_row(session: Session, here: Section) -> None:
    bring(session, here)
    report = bring(session, here, IMGS.replace("usce", "residency"))
    assert counts(report) == (0, 1, 2)
    assert img_of(session, "ana@example.org").stage == "residency"


def test_a_column_that_is_not_there_changes_nothing(session: Session, here: Section) -> None:
    bring(session, here)
    report = bring(session, here, "email,name,state\nana@example.org,Ana Abara,TX\n")
    assert counts(report) == (0, 1, 1)
    said = img_of(session, "ana@example.org")
    assert (said.state, said.stage, said.languages) == ("TX", "usce", ("en", "ne"))


def test_an_account_follows_the_time_zone_of_a_later_file(session: Session, here: Section) -> None:
    """Its mails tell times by it; but not once its owner has chosen another."""
    rows = "ana@example.org,Ana Abara,{0}\nfay@example.org,Fay Fox,{0}\n"
    bring(session, here, "email,name\nana@example.org,Ana Abara\nfay@example.org,Fay Fox\n")
    ana, fay = (person(session, f"{name}@example.org") for name in ("ana", "fay"))
    for zone in ("Asia/Kathmandu", "America/Chicago"):
        report = bring(session, here, "email,name,timezone\n" + rows.format(zone))
        assert counts(report)[1] == 2
        assert (ana.timezone, fay.timezone) == (zone, zone)
    fay.timezone = "Europe/Paris"
    bring(session, here, "email,name,timezone\n" + rows.format("Asia/Tokyo"))
    assert (ana.timezone, fay.timezone) == ("Asia/Tokyo", "Europe/Paris")


def test_an_empty_cell_takes_away_what_a_file_had_said(session: Session, here: Section) -> None:
    bring(session, here)
    bring(session, here, IMGS.replace("psychiatry|neurology", ""))
    assert img_of(session, "ana@example.org").specialties == ()


class TestWhoHasClaimedTheAccount:
    def test_keeps_the_name(self, session: Session, here: Section) -> None:
        bring(session, here)
        owner = claim(session, "ana@example.org", "Dr. Ana Abara")
        report = bring(session, here)
        assert counts(report) == (0, 0, 3)
        assert owner.name == "Dr. Ana Abara"
        assert owner.id not in report.unclaimed

    def test_keeps_what_the_file_leaves_empty(self, session: Session, here: Section) -> None:
        bring(session, here)
        claim(session, "ana@example.org")
        bring(session, here, IMGS.replace("psychiatry|neurology", "").replace("usce", "visa"))
        said = img_of(session, "ana@example.org")
        assert (said.specialties, said.stage) == (("psychiatry", "neurology"), "visa")

    @pytest.mark.parametrize("guess", ["visa,us_citizen", "visa,f1", "gender,woman", "gender,man"])
    def test_keeps_visa_and_gender_and_no_guess_is_told_from_another(
        self, session: Session, here: Section, guess: str
    ) -> None:
        bring(session, here)
        owner = claim(session, "ana@example.org")
        said = dataclasses.replace(img_of(session, owner.email), visa="f1", gender="woman")
        profiles.write_img(session, person_id=owner.id, img=said, now=NOW)
        column, word = guess.split(",")
        report = bring(session, here, f"email,name,{column}\nana@example.org,Ana Abara,{word}\n")
        assert counts(report) == (0, 0, 2)
        assert (img_of(session, owner.email).visa, said.gender) == ("f1", "woman")
        assert [note for note in report.notes if "visa and gender" in note] == [
            "imgs.csv: visa and gender are not taken for people who keep their own profile: 1"
        ]

    def test_keeps_whom_they_avoid(self, session: Session, here: Section) -> None:
        bring(session, here)
        owner = claim(session, "ana@example.org")
        said = dataclasses.replace(img_of(session, owner.email), avoid=("own@example.org",))
        profiles.write_img(session, person_id=owner.id, img=said, now=NOW)
        bring(session, here)
        assert img_of(session, owner.email).avoid == ("lee@example.org", "own@example.org")

    def test_keeps_a_consent_withdrawn(self, session: Session, here: Section) -> None:
        bring(session, here, now=NOW)
        owner = claim(session, "ana@example.org")
        consents.withdraw(session, owner.id, "matching", LATER)
        report = bring(session, here)
        assert consents.in_force(session, [owner.id])[owner.id] == frozenset()
        assert any("the person withdrew it" in note for note in report.notes)

    def test_who_left_the_section_stays_out(self, session: Session, here: Section) -> None:
        bring(session, here)
        session.execute(
            sa.update(Membership)
            .where(Membership.person_id == person(session, "ben@example.org").id)
            .values(state=MembershipState.LEFT)
        )
        report = bring(session, here, IMGS.replace("interviews", "visa"))
        assert counts(report) == (0, 0, 3)
        assert report.notes[-1] == "imgs.csv line 3: left the section by their own wish"
        assert img_of(session, "ben@example.org").stage == "interviews"


def test_an_unclaimed_account_takes_the_name_of_the_file(session: Session, here: Section) -> None:
    bring(session, here)
    report = bring(session, here, IMGS.replace("Ana Abara", "Ana B. Abara"))
    assert counts(report) == (0, 1, 2)
    assert person(session, "ana@example.org").name == "Ana B. Abara"


def test_one_person_may_stand_in_both_files(session: Session, here: Section) -> None:
    both = "email,name,seats\nana@example.org,Somebody Else,1\n"
    own = "email,name,stage\nana@example.org,Ana Abara,residency\n"
    report = bring(session, here, own, both)
    assert counts(report) == (2, 0, 0)
    assert person(session, "ana@example.org").name == "Ana Abara"
    assert "another row says otherwise" in report.notes[0]
    assert counts(bring(session, here, own, both)) == (0, 0, 2)


@pytest.mark.parametrize("theirs", [True, False], ids=["claimed", "of another section"])
def test_a_stranger_with_an_account_is_invited_and_nothing_else(
    session: Session, here: Section, *, theirs: bool
) -> None:
    bring(session, here)
    ana = claim(session, "ana@example.org") if theirs else person(session, "ana@example.org")
    there, before = factories.section(session), everything(session)
    own = "email,name,stage,visa,consents\n{},Somebody Else,residency,f1,share_visa\n"
    report = bring(session, there, own.format(ana.email), "email,name\n")
    assert counts(report) == (1, 0, 0)
    assert counts(report) == counts(
        bring(session, there, own.format("nobody@example.org"), "email,name\n")
    ), "a file does not tell who has an account"
    mine = sa.select(Membership.section_id).where(Membership.person_id == ana.id)
    assert set(session.scalars(mine)) == {here.id}
    assert img_of(session, ana.email).stage == "usce"
    assert "share_visa" not in consents.in_force(session, [ana.id])[ana.id]
    assert before != everything(session), "the other one came in"
    invited = sa.select(Message.subject).where(Message.recipient == ana.email)
    assert session.scalars(invited).all() == [f"{there.name} would like you to join"]
    bring(session, there, own.format(ana.email), "email,name\n")
    assert len(session.scalars(invited).all()) == 1, "not twice in a week"


def test_a_member_of_two_sections_keeps_visa_and_gender(session: Session, here: Section) -> None:
    bring(session, here)
    there = factories.section(session)
    factories.member(session, there, SectionRole.IMG, person(session, "ana@example.org"))
    said = img_of(session, "ana@example.org")
    for visa in ("f1", "us_citizen", "h4_ead"):
        own = f"email,name,visa\nana@example.org,Ana Abara,{visa}\n"
        assert counts(bring(session, there, own, "email,name\n")) == (0, 0, 1)
    assert img_of(session, "ana@example.org") == said


def test_a_mentor_asked_for_in_another_section_stays_asked_for(
    session: Session, here: Section
) -> None:
    bring(session, here)
    there = factories.section(session)
    factories.member(session, there, SectionRole.IMG, person(session, "ana@example.org"))
    own = "email,name,requests\nana@example.org,Ana Abara,{}\n"
    other = "email,name\nnew@example.org,New Mentor\n"
    bring(session, there, own.format("new@example.org"), other)
    new, mo = person(session, "new@example.org"), person(session, "mo@example.org")
    assert img_of(session, "ana@example.org").requests == (str(new.id), str(mo.id))
    bring(session, there, own.format(""), other)
    assert img_of(session, "ana@example.org").requests == (str(mo.id),)


WELCOMES = "email,name,welcomes\nmo@example.org,Mo Mentor,{}\n"


def welcome(session: Session) -> tuple[str, ...]:
    return profiles.read_mentor(session, person(session, "mo@example.org").id).values.welcomes


def test_a_mentor_marks_imgs_of_the_same_files(session: Session, here: Section) -> None:
    report = bring(session, here, IMGS, WELCOMES.format("ANA@example.org"))
    assert report.problems == ()
    assert welcome(session) == (str(person(session, "ana@example.org").id),)
    again = bring(session, here, IMGS, WELCOMES.format("ana@example.org"))
    assert counts(again) == (0, 0, 3)
    bring(session, here, IMGS)  # a file without the column says nothing of it
    assert welcome(session) == (str(person(session, "ana@example.org").id),)
    bring(session, here, IMGS, WELCOMES.format(""))
    assert welcome(session) == ()


def test_an_img_marked_in_another_section_stays_marked(session: Session, here: Section) -> None:
    bring(session, here, IMGS, WELCOMES.format("ana@example.org"))
    there = factories.section(session)
    factories.member(session, there, SectionRole.MENTOR, person(session, "mo@example.org"))
    bring(
        session, there, "email,name\nnew@example.org,New Img\n", WELCOMES.format("new@example.org")
    )
    marked = {str(person(session, f"{name}@example.org").id) for name in ("ana", "new")}
    assert set(welcome(session)) == marked


def test_a_welcome_to_no_img_is_told_and_leaves_the_mentor_in(
    session: Session, here: Section
) -> None:
    wrong = WELCOMES.format("mo@example.org|ben@example.org")
    report = bring(session, here, IMGS, wrong)
    (problem,) = report.problems
    assert report.refused
    assert str(problem).startswith(
        'mentors.csv line 2, column welcomes: "mo@example.org" is no IMG'
    )
    assert counts(bring(session, here, IMGS, wrong, skip_bad=True)) == (3, 0, 0)
    assert welcome(session) == (str(person(session, "ben@example.org").id),)


def test_a_mentor_of_the_section_may_be_asked_for_without_standing_in_the_file(
    session: Session, here: Section
) -> None:
    bring(session, here)
    nobody = "email,name\n"
    bring(session, here, IMGS.replace("urology,en,", "urology,en,mo@example.org"), nobody)
    assert img_of(session, "ben@example.org").requests == (
        str(person(session, "mo@example.org").id),
    )


def test_whoever_asked_to_join_is_let_in(session: Session, here: Section) -> None:
    mo = factories.person(session, email="mo@example.org")
    factories.member(session, here, SectionRole.MENTOR, mo, MembershipState.ASKED)
    bring(session, here)
    state = sa.select(Membership.state).where(Membership.person_id == mo.id)
    assert session.scalars(state).one() is MembershipState.ACTIVE


BAD_STAGE = IMGS.replace("interviews", "kindergarten")
BAD_REQUEST = IMGS.replace("mo@example.org", "nobody@example.org")
ASKS_ONESELF = """\
email,name,avoid
ana@example.org,Ana Abara,
ben@example.org,Ben Bello,ben@example.org
"""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (BAD_STAGE, 'imgs.csv line 3, column stage: "kindergarten" is not known'),
        (BAD_REQUEST, 'imgs.csv line 2, column requests: "nobody@example.org" is no mentor'),
        (ASKS_ONESELF, 'imgs.csv line 3, column avoid: "ben@example.org" is this person'),
        ("email,stage\nana@example.org,usce\n", "imgs.csv, column name: the column is missing"),
    ],
)
def test_with_a_problem_nothing_is_written(
    session: Session, here: Section, text: str, problem: str
) -> None:
    before = everything(session)
    report = bring(session, here, text)
    assert report.refused
    assert counts(report) == (0, 0, 0)
    assert len(report.problems) == 1
    assert str(report.problems[0]).startswith(problem)
    assert everything(session) == before


@pytest.mark.parametrize("text", [BAD_STAGE, ASKS_ONESELF])
def test_skipping_what_is_bad_takes_the_other_rows(
    session: Session, here: Section, text: str
) -> None:
    report = bring(session, here, text, skip_bad=True)
    assert (counts(report), report.refused, len(report.problems)) == ((2, 0, 0), False, 1)
    emails = set(session.scalars(sa.select(User.email)))
    assert emails == {"ana@example.org", "mo@example.org"}


def test_skipping_what_is_bad_leaves_out_a_wrong_request_but_not_the_person(
    session: Session, here: Section
) -> None:
    report = bring(session, here, BAD_REQUEST, skip_bad=True)
    assert counts(report) == (3, 0, 0)
    assert img_of(session, "ana@example.org").requests == ()


def test_a_request_for_a_mentor_whose_row_is_bad_is_left_out(
    session: Session, here: Section
) -> None:
    report = bring(session, here, IMGS, MENTORS.replace(",2,", ",many,"), skip_bad=True)
    assert counts(report) == (2, 0, 0)
    columns = {(problem.file, problem.column) for problem in report.problems}
    assert columns == {("mentors.csv", "seats"), ("imgs.csv", "requests")}


def test_a_whole_file_at_fault_is_never_skipped(session: Session, here: Section) -> None:
    report = bring(session, here, "not,a,roster\n1,2,3\n", skip_bad=True)
    assert report.refused
    assert session.scalars(sa.select(User.id)).all() == []


def test_two_spellings_of_one_address_are_one_person(session: Session, here: Section) -> None:
    twice = "email,name\nana@bücher.example,Ana\nANA@xn--bcher-kva.example,Ana\n"
    report = bring(session, here, twice, "email,name\n")
    assert [problem.what for problem in report.problems] == ["stands there twice"]


def test_twenty_rows_take_as_many_queries_as_two(session: Session) -> None:
    def statements(number: int) -> int:
        rows = "".join(
            f"i{number}-{n}@example.org,I {n},usce,m{number}@example.org,matching\n"
            for n in range(number)
        )
        text = f"email,name,stage,requests,consents\n{rows}"
        seen: list[str] = []

        def note(*args: Any) -> None:
            seen.append(args[2])

        where = factories.section(session)
        sa.event.listen(session.connection(), "before_cursor_execute", note)
        report = bring(session, where, text, f"email,name\nm{number}@example.org,M\n")
        sa.event.remove(session.connection(), "before_cursor_execute", note)
        assert counts(report) == (number + 1, 0, 0)
        return len(seen)

    assert statements(20) == statements(2)


def everything(session: Session) -> Mapping[str, Any]:
    """Return all rows of all tables, but for what a new seal would change."""
    session.flush()
    return {
        table.name: sorted(map(repr, session.execute(sa.select(table))))
        for table in Model.metadata.sorted_tables
    }
