"""A round in the leader's browser, from nothing to finished, and whom its pages are for."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.consents.service import MATCHING, withdraw
from mentorship.matching import CRITERIA
from mentorship.profiles.models import Availability, Profile
from mentorship.rounds import service
from mentorship.rounds.models import Pair, Participant, Round, RoundState, Run
from mentorship.rounds.offer_models import Offer, Publication, Side
from mentorship.sections.models import Membership, SectionRole
from mentorship.sections.service import leave
from tests import factories
from tests.page import Page, PageClient
from tests.rounds.cast import Cast, counted, small_cast
from tests.rounds.work import work

SignIn = Callable[[User], PageClient]
NOW = dt.datetime.now(dt.UTC)  # the views read the real clock


@pytest.fixture
def leader(sign_in: SignIn, cast: Cast) -> PageClient:
    return sign_in(cast.leader)


@pytest.fixture
def home(cast: Cast) -> str:
    return f"/sections/{cast.section.slug}/rounds"


def at(home: str, round_: Round, page: str = "") -> str:
    return f"{home}/{round_.id}" + (f"/{page}" if page else "")


def rows(page: Page) -> list[str]:
    """Return the rows of the tables on a page as text, but for those that repeat a picture."""
    folded = set(page.tree.iterfind(".//details//tbody/tr"))
    found = [row for row in page.tree.iterfind(".//tbody/tr") if row not in folded]
    return [" ".join("".join(row.itertext()).split()) for row in found]


def everything(session: Session) -> list[tuple[object, ...]]:
    """Take down all rows that these pages could change."""
    tables = (Round, Participant, Run, Pair, Publication, Offer)
    return [tuple(row) for each in tables for row in session.execute(sa.select(each.__table__))]


def test_a_leader_takes_a_round_from_nothing_to_finished(
    leader: PageClient, home: str, cast: Cast, session: Session
) -> None:
    assert "No match round yet" in leader.get(home).text
    page = leader.follow(leader.submit(f"{home}/new", {"name": "Spring 2027"}))
    made = session.scalars(sa.select(Round)).one()
    assert (made.name, made.state, made.policy) == ("Spring 2027", "draft", "most-matched")
    assert page.h1 == "Spring 2027"

    page = leader.follow(leader.submit(at(home, made), action=at(home, made, "open")))
    assert "5 people take part" in page.text
    waiting = leader.submit(at(home, made), action=at(home, made, "run"))
    assert leader.follow(waiting).h1 == "Running the match"
    work(session)
    page = leader.follow(leader.get(waiting.location or "", status=303))
    assert page.h1 == "Pairs"
    assert "3 of 3" in page.text
    assert any("Ana Silva" in row and "Noor Haddad" in row for row in rows(page))

    question = leader.get(at(home, made, "publish"))
    assert "2 mentors will be asked" in question.text
    assert "3 IMGs will read that a mentor is being asked" in question.text
    assert "0 IMGs will read that there is no mentor" in question.text
    page = leader.follow(leader.submit(at(home, made, "publish")))
    assert page.h1 == "Publication planned"
    assert session.scalars(sa.select(Offer)).all() == []
    page = leader.follow(leader.post(at(home, made, "publish/now")))
    assert page.h1 == "Answers"
    assert sum("Waiting for the mentor" in row for row in rows(page)) == 3

    assert "3 offers still wait" in leader.get(at(home, made, "finish")).text
    leader.submit(at(home, made, "finish"))
    assert cast.again(made).state is RoundState.FINISHED
    assert "This round is finished" in leader.get(at(home, made)).text
    answers = rows(leader.get(at(home, made, "answers")))
    assert sum("Closed without an answer" in row for row in answers) == 3


def test_the_set_up_is_kept_as_it_was_sent(
    leader: PageClient, home: str, cast: Cast, session: Session
) -> None:
    round_ = cast.draft()
    leader.submit(
        at(home, round_, "set-up"),
        {
            "name": "  Early   Spring ",
            "policy": "best-total",
            "answer_days": "7",
            "minimum": "40",
            "weight_topics": "3",
            "must_cover_first_topic": "y",
            "respect_selection": [],
        },
    )
    kept = cast.again(round_)
    assert (kept.name, kept.policy, kept.answer_days) == ("Early Spring", "best-total", 7)
    set_up = service.SetUp.from_json(kept.rules)
    assert set_up.minimum_score == 4000
    assert set_up.weights["topics"] == 3
    assert set_up.weights["specialty"] == CRITERIA["specialty"].weight
    assert (set_up.must_cover_first_topic, set_up.respect_selection) == (True, False)
    page = leader.get(at(home, round_, "set-up"))
    assert [e.get("value") for e in page.tree.iterfind(".//input[@name='minimum']")] == ["40"]


def test_every_criterion_is_on_the_form(leader: PageClient, home: str) -> None:
    page = leader.get(f"{home}/new")
    for criterion in CRITERIA.values():
        assert criterion.label in page.text
        assert criterion.sentence in page.text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"name": "  "}, "Enter a name"),
        ({"name": "x" * 121}, "120"),
        ({"name": "Taken"}, "Another round of this section has this name"),
        (
            {"name": "A", "requests": "direct", "browsing": "nobody"},
            "For “request and accept”, let IMGs look through mentors",
        ),
        ({"name": "A", "answer_days": "0"}, "Enter 1 to 60 days"),
        ({"name": "A", "answer_days": "soon"}, "Not a valid integer value"),
        ({"name": "A", "minimum": "101"}, "Enter 0 to 100"),
        ({"name": "A", "weight_topics": "11"}, "Enter 0 to 10"),
        ({"name": "A", "weight_visa": ""}, "Enter a weight"),
        ({"name": "A", "policy": "first-come"}, "Not a valid choice"),
    ],
)
def test_a_faulty_set_up_is_refused_with_the_reason(
    leader: PageClient, home: str, cast: Cast, sent: dict[str, str], said: str
) -> None:
    cast.draft("Taken")
    own = cast.draft("Own")
    before = everything(cast.session)
    assert said in leader.submit(f"{home}/new", sent, status=422).text
    assert said in leader.submit(at(home, own, "set-up"), sent, status=422).text
    assert everything(cast.session) == before


def test_who_takes_part_is_listed_and_can_be_changed(
    leader: PageClient, home: str, cast: Cast, session: Session
) -> None:
    round_ = cast.open()
    cast.img("Late Comer")
    cast.img("Nadia Unready", topics=())
    people = at(home, round_, "people")
    page = leader.get(people)
    assert [row.split(" IMG ")[0] for row in rows(page)] == [
        "Ana Silva",
        "Ben Okafor",
        "Chi Tanaka",
    ]
    assert "Interviews, Neurology" in rows(page)[0]
    assert "Late Comer" in rows(leader.get(f"{people}?show=new"))[0]
    assert "The profile misses answers" in rows(leader.get(f"{people}?show=blocked"))[0]

    ana = cast.profile("Ana Silva")
    out = {"what": "leave_out", "profile": str(ana), "show": "imgs"}
    page = leader.follow(leader.post(f"{people}/do", out))
    assert "Ana Silva is left out" in page.text
    left = leader.get(f"{people}?show=out")
    assert "Ana Silva" in rows(left)[0]
    (form,) = left.tree.findall(".//td//form")
    back = {each.get("name") or "": each.get("value") for each in form.iterfind("input")}
    assert "Ana Silva takes part now" in leader.follow(leader.post(f"{people}/do", back)).text
    assert "Added" not in leader.get(people).text
    page = leader.follow(leader.post(f"{people}/refresh"))
    assert "1 person added" in page.text
    assert len(rows(page)) == 4
    nadia = cast.profile("Nadia Unready")
    unready = {"what": "put_back", "profile": str(nadia), "show": "blocked"}
    page = leader.follow(leader.post(f"{people}/do", unready))
    assert "Nadia Unready cannot take part" in page.text
    stranger = {"what": "leave_out", "profile": str(uuid.uuid4()), "show": "imgs"}
    assert "Tick at least one person" in leader.follow(leader.post(f"{people}/do", stranger)).text


def test_people_and_pairs_are_found_by_name(leader: PageClient, home: str, cast: Cast) -> None:
    round_, _ = cast.reviewed()
    for page, words, found in (
        ("people", "SILVA", ["Ana Silva"]),
        ("people", "zzz", []),
        ("people?show=mentors", "haddad", ["Noor Haddad"]),
        ("review", "noor", ["Ana Silva"]),
        ("review", "%", []),
        ("unmatched", "%", []),
    ):
        joint = "&" if "?" in page else "?"
        shown = rows(leader.get(at(home, round_, page) + f"{joint}q={words}"))
        assert [row[: len(name)] for row, name in zip(shown, found, strict=True)] == found


def test_lists_are_cut_into_pages_that_the_address_names(
    leader: PageClient, home: str, cast: Cast
) -> None:
    for number in range(30):
        cast.img(f"Extra {number:02}")
    round_ = cast.open()
    people = at(home, round_, "people")
    assert len(rows(leader.get(people))) == 25
    assert len(rows(leader.get(f"{people}?page=2"))) == 8
    session = cast.session
    service.run_round(session, round_id=round_.id, by=None, now=NOW)
    for page in ("people", "review", "unmatched"):
        for odd in ("99", "-1", "x", "1e9", "9" * 30, ""):
            assert rows(leader.get(at(home, round_, page) + f"?page={odd}&show=x&sort=%00"))


def test_pairs_are_sorted_as_asked(leader: PageClient, home: str, cast: Cast) -> None:
    round_, _ = cast.reviewed()
    review = at(home, round_, "review")

    def first(sort: str) -> str:
        return rows(leader.get(f"{review}?sort={sort}"))[0]

    assert "Ben Okafor" in first("weakest") == first("") == first("nonsense")
    assert "Ben Okafor" not in first("strongest")
    assert "Ana Silva" in first("img")
    assert "Noor Haddad" in first("mentor")


def test_a_pair_shows_parts_that_add_up(
    leader: PageClient, home: str, cast: Cast, session: Session
) -> None:
    round_, _ = cast.reviewed()
    for pair in session.scalars(sa.select(Pair)):
        page = leader.get(at(home, round_, f"review/pairs/{pair.id}"))
        score = (pair.open_score + 50) // 100
        assert f"{score} of 100" in page.text
        cells = [
            [int("".join(cell.itertext())) for cell in row.findall("td")[:2]]
            for row in page.tree.iterfind(".//tbody/tr")
        ]
        assert sum(points for points, _ in cells) == score
        assert sum(of for _, of in cells) == 100
        assert all(points <= of for points, of in cells)


def test_sensitive_answers_are_not_told_to_the_leader(
    leader: PageClient, home: str, cast: Cast, session: Session
) -> None:
    cast.mentor("Vera Path", visas=("conrad30_waiver",), topics=("research",))
    cast.img("Dana Free", visa="j1_physician", topics=("research",))
    round_, _ = cast.reviewed()
    for pair in session.scalars(sa.select(Pair)):
        page = leader.get(at(home, round_, f"review/pairs/{pair.id}"))
        assert "Conrad" not in page.text
        assert "lived through" not in page.text
        assert not [row for row in rows(page) if row.startswith(("Visa path", "Same gender"))]
        assert "Private answers (visa path, gender) count in the match" in page.text


def test_who_is_without_a_mentor_is_told_why(leader: PageClient, home: str, cast: Cast) -> None:
    nobody = tuple(str(cast.people[name].id) for name in ("Noor Haddad", "Omar Aziz"))
    cast.img("Dana Free", avoid=nobody)
    cast.img("Eli More")
    cast.img("Fay More")
    cast.mentor("Pia Strict", accepts_specialties=("psychiatry",), topics=("visa_choice",))
    round_, _ = cast.reviewed(set_up=service.SetUp(minimum_score=3000))
    page = leader.get(at(home, round_, "unmatched"))
    dana = next(row for row in rows(page) if "Dana Free" in row)
    assert "The reasons, with the number of mentors: " in dana
    assert "on the IMG's list of people to avoid (2); take only other specialties (1)." in dana
    assert any("Too few seats" in row and "compete for" in row for row in rows(page))
    assert "Mentors with free seats" in page.text


def test_a_run_stays_to_be_looked_at(
    leader: PageClient, home: str, cast: Cast, session: Session
) -> None:
    round_, _ = cast.reviewed()
    leader.submit(at(home, round_, "set-up"), {"policy": "best-total"})
    page = leader.get(at(home, round_))
    assert "The set-up has changed since run 1" in page.text
    assert "has changed since this run" in leader.get(at(home, round_, "review")).text
    leader.submit(at(home, round_), action=at(home, round_, "run"))
    assert "A run is being worked out" in leader.get(at(home, round_)).text
    work(session)
    page = leader.get(at(home, round_))
    assert len([row for row in rows(page) if row.startswith("Run ")]) == 2
    assert "Run 1" in leader.get(at(home, round_, "review") + "?run=1").text
    for nothing in ("9", "-1", "2147483648", "9" * 30):
        leader.get(at(home, round_, "review") + f"?run={nothing}", status=404)


def test_a_run_out_of_date_is_not_published_and_says_who(
    leader: PageClient, home: str, cast: Cast, session: Session
) -> None:
    round_, run = cast.reviewed()
    for each in ("", "review"):
        assert "out of date" not in leader.get(at(home, round_, each)).text
    assert "out of date" not in leader.get("/home/leader").text
    withdraw(session, cast.people["Ana Silva"].id, MATCHING, NOW)
    assert "the run is out of date" in leader.get("/home/leader").text
    assert "Run 1 is out of date" in leader.get(at(home, round_)).text
    page = leader.get(at(home, round_, "review"))
    assert "Ana Silva: Has not agreed to be matched" in page.text
    assert "Publish run 1" not in page.text
    page = leader.post(at(home, round_, "publish"), {"run": str(run.id)})
    page = leader.follow(page)
    assert page.h1 == "Run 1 is out of date"
    assert "Ana Silva: Has not agreed to be matched" in page.text
    assert session.scalars(sa.select(Offer)).all() == []
    leader.submit(at(home, round_, "publish"), action=at(home, round_, "run"))
    work(session)
    leader.submit(at(home, round_, "publish"))
    leader.post(at(home, round_, "publish/now"))
    assert cast.again(round_).state is RoundState.ANSWERING


def test_the_second_leader_reads_who_published_and_when(
    leader: PageClient, home: str, cast: Cast, sign_in: SignIn, session: Session
) -> None:
    other = factories.member(session, cast.section, SectionRole.LEADER)
    round_, run = cast.reviewed()
    sign_in(other).submit(at(home, round_, "publish"))
    page = leader.post(at(home, round_, "publish"), {"run": str(run.id)}, status=409)
    assert f"{other.name} planned to publish run 1 on" in page.text
    sign_in(other).post(at(home, round_, "publish/now"))
    page = leader.post(at(home, round_, "publish"), {"run": str(run.id)}, status=409)
    assert f"{other.name} published run 1 right away on" in page.text
    assert leader.get(at(home, round_, "publish"), status=409).h1 == "The round has changed"
    assert len(session.scalars(sa.select(Offer)).all()) == 3


@pytest.mark.parametrize("step", ["open", "run", "people/refresh", "publish", "finish"])
def test_steps_out_of_turn_change_nothing(
    leader: PageClient, home: str, cast: Cast, session: Session, step: str
) -> None:
    round_ = cast.published() if step != "finish" else cast.open()
    before = everything(session)
    sent = {"run": str(uuid.uuid4())} if step == "publish" else {}
    status = 404 if step == "publish" else 409
    leader.post(at(home, round_, step), sent, status=status)
    assert everything(session) == before


def test_nothing_to_publish_is_said(leader: PageClient, home: str, cast: Cast) -> None:
    round_, _ = cast.reviewed(set_up=service.SetUp(minimum_score=10_000))
    assert leader.get(at(home, round_, "publish")).h1 == "There is nothing to publish"
    assert "No pairs" in leader.get(at(home, round_, "review")).text
    for odd in ("", "x", str(uuid.uuid4())):
        status = 404 if len(odd) > 5 else 400
        leader.post(at(home, round_, "publish"), {"run": odd}, status=status)


def test_a_profile_that_cannot_be_read_is_named(
    leader: PageClient, home: str, cast: Cast, session: Session
) -> None:
    round_, ben = cast.open(), cast.profile("Ben Okafor")
    session.execute(sa.update(Profile).where(Profile.id == ben).values(timezone="Mars/Olympus"))
    session.add(Availability(profile_id=ben, day=0, start_minute=1, end_minute=90))
    asked = leader.post(at(home, round_, "run"))
    work(session)
    page = leader.follow(asked)
    assert page.h1 == "The run failed"
    assert "The profile of Ben Okafor has an answer that the match cannot use" in page.text
    assert "Leave Ben Okafor out" in page.text
    assert "Nothing was kept, but the enrolment is closed" in page.text
    assert cast.again(round_).state is RoundState.CLOSED
    assert session.scalars(sa.select(Run)).all() == []


def test_a_round_without_imgs_says_so(
    leader: PageClient, home: str, cast: Cast, session: Session
) -> None:
    round_ = cast.open()
    session.execute(sa.update(Participant).values(left_out_at=NOW))
    asked = leader.post(at(home, round_, "run"))
    work(session)
    assert "nobody to match" in leader.follow(asked).text


def test_the_board_shows_answers_reasons_and_who_waits(
    leader: PageClient, home: str, cast: Cast, session: Session
) -> None:
    round_ = cast.published()
    omar, noor = cast.people["Omar Aziz"].id, cast.people["Noor Haddad"].id
    service.decline_offer(
        session,
        person_id=omar,
        offer_id=cast.offer("Ben Okafor").id,
        reason="conflict",
        words="We are <b>cousins</b>.",
        now=NOW,
    )
    service.accept_offer(session, person_id=noor, offer_id=cast.offer("Ana Silva").id, now=NOW)
    answers = at(home, round_, "answers")
    ben = next(row for row in rows(leader.get(answers)) if "Ben Okafor" in row)
    assert "Mentor said no Conflict of interest: “We are <b>cousins</b>.”" in ben
    assert [r.split()[0] for r in rows(leader.get(f"{answers}?show=declined"))] == ["Omar"]
    assert len(rows(leader.get(f"{answers}?show=waiting"))) == 2
    (waiting,) = rows(leader.get(f"{answers}?show=without"))
    assert waiting.startswith("Ben Okafor Waiting for a mentor")
    session.execute(sa.update(Publication).values(answer_by=NOW + dt.timedelta(days=1)))
    assert "Overdue" not in leader.get(answers).text
    session.execute(sa.update(Publication).values(answer_by=NOW - dt.timedelta(days=1)))
    assert "Overdue" in leader.get(answers).text
    # Noor's yes came after the day: Ana has days of her own
    assert "The time to answer is over for 1 offer that waits" in leader.get(answers).text


PAGES = ("", "set-up", "people", "review", "unmatched", "publish", "answers", "finish")
STEPS = ("set-up", "open", "run", "people/refresh", "publish", "finish")


@pytest.mark.parametrize("who", ["other leader", "img", "mentor", "stranger"])
def test_a_round_is_nobody_elses(
    sign_in: SignIn, home: str, cast: Cast, session: Session, who: str
) -> None:
    elsewhere = small_cast(session)
    person = {
        "other leader": elsewhere.leader,
        "img": cast.people["Ana Silva"],
        "mentor": cast.people["Noor Haddad"],
        "stranger": factories.person(session),
    }[who]
    round_, run = cast.reviewed()
    pair = session.scalars(sa.select(Pair.id)).first()
    before = everything(session)
    visitor = sign_in(person)
    for base in (home, f"/sections/{elsewhere.section.slug}/rounds"):
        if who == "other leader" and base != home:
            visitor.get(base)  # their own list; the round below is not on it
        else:
            visitor.get(base, status=404)
        for page in (*PAGES, f"review/pairs/{pair}"):
            visitor.get(at(base, round_, page), status=404)
        for step in STEPS:
            visitor.post(at(base, round_, step), {"run": str(run.id)}, status=404)
        ana = str(cast.profile("Ana Silva"))
        for step in ("leave_out", "put_back"):
            sent = {"what": step, "profile": ana, "show": "imgs"}
            visitor.post(at(base, round_, "people/do"), sent, status=404)
    assert everything(session) == before


def test_a_leader_sees_rounds_under_their_own_section_only(
    leader: PageClient, cast: Cast, session: Session
) -> None:
    elsewhere = small_cast(session)
    theirs, _ = elsewhere.reviewed()
    leader.get(f"/sections/{cast.section.slug}/rounds/{theirs.id}", status=404)
    pair = session.scalars(sa.select(Pair.id)).first()
    own, _ = cast.reviewed()
    leader.get(f"/sections/{cast.section.slug}/rounds/{own.id}/review/pairs/{pair}", status=404)


def test_nothing_changes_by_looking(
    leader: PageClient, home: str, cast: Cast, session: Session
) -> None:
    round_, _ = cast.reviewed()
    before = everything(session)
    for page in ("", "set-up", "people", "review", "unmatched", "publish"):
        leader.get(at(home, round_, page))
    assert everything(session) == before


def test_visitors_are_asked_to_sign_in(client: PageClient, home: str) -> None:
    assert "/login" in (client.get(home, status=302).location or "")


def test_no_page_needs_more_than_twelve_queries(
    leader: PageClient, sign_in: SignIn, home: str, cast: Cast, session: Session
) -> None:
    cast.img("Eli More")
    cast.img("Fay More")
    reviewed, _ = cast.reviewed("Spring")
    pair = session.scalars(sa.select(Pair.id)).first()
    paths = [f"{home}/new", home] + [
        at(home, reviewed, page)
        for page in (
            "",
            "set-up",
            "people",
            "review",
            "unmatched",
            "publish",
            f"review/pairs/{pair}",
        )
    ]
    needed = {path: queries(leader, session, path) for path in paths}
    published = cast.published("Summer")
    paths = [
        at(home, published, page)
        for page in ("", "answers", "answers?show=without", "finish", "report", "review/fairness")
    ]
    needed |= {path: queries(leader, session, path) for path in paths}
    offer_id = cast.offer("Ana Silva", "Noor Haddad").id
    noor, ana = (sign_in(cast.people[name]) for name in ("Noor Haddad", "Ana Silva"))
    needed["offer"] = queries(noor, session, f"/offers/{offer_id}")
    noor.post(f"/offers/{offer_id}/accept")
    needed["match"] = queries(ana, session, f"/matches/{offer_id}")
    assert max(needed.values()) <= 12, needed


def queries(visitor: PageClient, session: Session, path: str) -> int:
    """Count the queries of one page, those of its frame among them."""
    session.expunge_all()
    with counted(session) as statements:
        visitor.get(path)
    return sum(statement.lstrip().upper().startswith("SELECT") for statement in statements)


def test_the_board_says_who_has_left_or_taken_consent_back_since(
    leader: PageClient, home: str, cast: Cast, session: Session
) -> None:
    round_ = cast.published()
    answers = at(home, round_, "answers")
    assert not [row for row in rows(leader.get(answers)) if "Changed" in row]
    ana_id, noor = cast.people["Ana Silva"].id, cast.people["Noor Haddad"].id
    offer = cast.offer("Ana Silva")
    service.accept_offer(session, person_id=noor, offer_id=offer.id, now=NOW)
    service.confirm_match(session, person_id=ana_id, offer_id=offer.id, now=NOW)
    withdraw(session, ana_id, MATCHING, NOW)
    mine = session.query(Membership).filter_by(person_id=noor).one()
    leave(session, membership_id=mine.id, person_id=noor, now=NOW)
    (ana,) = [row for row in rows(leader.get(answers)) if "Changed" in row]
    assert "Ana Silva no longer agrees to be matched." in ana
    assert "Noor Haddad has left the section." in ana
    service.end_match(
        session,
        offer=cast.offer("Ana Silva"),
        side=Side.LEADER,
        by=None,
        reason="other",
        words="",
        now=NOW,
    )
    assert not [row for row in rows(leader.get(answers)) if "Changed" in row]


def test_a_run_that_is_not_there_leads_back_to_the_round(
    cast: Cast, sign_in: Callable[[User], PageClient]
) -> None:
    round_ = cast.open()
    home = f"/sections/{cast.section.slug}/rounds/{round_.id}"
    leader = sign_in(cast.leader)
    for page in ("review", "unmatched", "review/picture", "review/by-hand"):
        told = leader.get(f"{home}/{page}", status=404)
        assert "This round has no run yet" in told.text
        assert home in told.links()
    service.run_round(cast.session, round_id=round_.id, by=None, now=NOW)
    cast.session.flush()
    assert "This round has no run 77" in leader.get(f"{home}/review?run=77", status=404).text


def test_a_round_without_anybody_says_what_to_do(sign_in: SignIn, session: Session) -> None:
    section = factories.section(session)
    leader = sign_in(factories.leader(session, section))
    upload = f"/sections/{section.slug}/import"
    page = leader.get(f"/sections/{section.slug}/members")
    assert "No IMG and no mentor yet" in page.text
    assert upload in page.links()
    made = Cast(session, section, factories.leader(session, section)).open()
    here = f"/sections/{section.slug}/rounds/{made.id}"
    for part in ("imgs", "mentors", "new", "blocked", "out"):
        page = leader.get(f"{here}/people?show={part}")
        assert "The section has nobody to match yet" in page.text
        assert upload in page.links()
    page = leader.get(f"{here}/answers", status=404)
    assert "Nobody has been asked yet" in page.text
    assert here in page.links()
