"""All that a reader can fetch: pages, files by GET and by POST, with the keys of what there is.

A route that is neither fetched nor named here, with the reason, fails ``test_canary``.
"""

from __future__ import annotations

import csv
import html
import io
import itertools
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug import Response
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from mentorship.accounts.models import User
from mentorship.mentorships.models import Meeting, Note
from mentorship.profiles.models import ProfileKind
from mentorship.rounds import notes
from mentorship.rounds.models import Round, Run
from mentorship.rounds.offer_models import Offer
from mentorship.sections.models import Membership
from tests.factories import NOW
from tests.page import PageClient, text_of
from tests.rounds.cast import Cast
from tests.stage import cancelled_job
from tests.test_matrix import OF_THE_LEADER

# Routes that hold nothing of two people, whoever reads them.
ABOUT_NOBODY: Mapping[str, str] = {
    r"^/(toolkit|news|spotlight|static|help)": "facts, news and letters for everybody",
    r"^/sections/<slug>/(news|letters|resources)/": "what leaders write for everybody",
    r"/about/(keep|events)/|/about/resolutions/<": "events and openings of the section",
    r"/rounds/(mails|templates)/<": "words of mails, and set-ups",
    r"<token>|<key>|^/login/with": "only whoever got the mail can open it",
    r"/(passkeys|connected)/<": "one's own ways to sign in",
    r"/import/<": "a file that the leader brought in",
    r"^/admin/sealed/<": "opened on purpose, logged and told: tests/oversight",
}
NOBODY = re.compile("|".join(f"(?:{each})" for each in ABOUT_NOBODY))
# Routes that are the same whatever has become of an offer: fetched in one state, by everybody.
SAME_IN_EVERY_STATE: Mapping[str, str] = {
    r"^/$|^/(login|register|reset|verify|confirm|change|check-mail)\b": "ways in",
    r"^/account\b": "own keys and settings; the file of one's data: see files",
    r"^/(accessibility|privacy|sections|healthz|readyz|metrics)$": "texts, section names, counts",
    r"^/equity(/licensing)?$": "published facts",
    r"^/admin(/(second-factor|retention|new-section))?$": "settings of the service, and counts",
}
SAME = re.compile("|".join(f"(?:{each})" for each in SAME_IN_EVERY_STATE))
# Routes of the two people's own, and of a reader's own answers: to anybody else the first are a 404
# by the query that finds them (``tests/test_matrix.py``), and the second hold nothing of the two.
# So others fetch them in one state; what they may read of the two they fetch in every state.
OF_ONES_OWN: Mapping[str, str] = {
    r"^/(mentorships|offers|matches|participations)/<": "found by who is one of the two",
    r"^/profile/<road>(/preview)?$": "the reader's own answers",
}
OWN = re.compile("|".join(f"(?:{each})" for each in OF_ONES_OWN))
# A whole list, whoever reads it: each word of it says nothing of anybody.
ZONES = re.compile(r'<select[^>]*\bname="timezone".*?</select>', re.DOTALL)
SCRIPTS = re.compile(r"<script.*?</script>", re.DOTALL)
TAGS = re.compile(r"<[^>]*>")
ATTRIBUTES = re.compile(r"""[\w-]+=("[^"]*"|'[^']*')""")
RANDOM = re.compile(  # tokens of forms, and keys, in which any digits may stand
    r'<input[^>]*name="csrf_token"[^>]*>|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b'
)
FORMS = ("csv", "xlsx")
# Steps that name people, or a reader's secrets; others offer words that are answers of this test.
STEPS = ("confidence", "names", "limits", "contact")
STEPS_WITH_NAMES = ("names", "limits")


def pages(app: Flask, cast: Cast, person: User | None, *, every: bool) -> Iterator[tuple[str, str]]:
    """Fetch all pages; without ``every`` leave out three kinds, which one state is enough for.

    They are ``SAME_IN_EVERY_STATE``; leaders' pages as others ask for them: that is a 404 which
    says nothing, whatever the state (``tests/test_matrix.py``); and ``OF_ONES_OWN`` as others ask.
    """
    client, values = PageClient(app, person).client, keys(cast)
    one_of_them = person in {cast.people["Ana"], cast.people["Noor"]}
    if not every and not one_of_them:
        values = {**values, "step": STEPS_WITH_NAMES}
    for rule in app.url_map.iter_rules():
        if NOBODY.search(rule.rule) or "GET" not in (rule.methods or ()):
            continue
        if not every and SAME.search(rule.rule):
            continue
        if not every and person != cast.leader and OF_THE_LEADER.search(rule.rule):
            continue
        if not every and not one_of_them and OWN.search(rule.rule):
            continue
        for path in addresses(rule, values):
            answer = client.get(path)
            assert_answered(answer, path)
            if answer.status_code == 200:
                yield path, words_of(answer)


def assert_answered(answer: TestResponse, path: str) -> None:
    """A page that failed, or was asked for too often, has been looked at by nobody."""
    assert answer.status_code < 429, f"{path}: {answer.status_code}"


def words_of(answer: Response) -> str:
    """Return what an answer says in its text, the choices of its lists and its attributes."""
    text = text_of(answer)
    if answer.mimetype != "text/html":
        return " ".join(text.split())
    for nothing in (ZONES, SCRIPTS, RANDOM):
        text = nothing.sub(" ", text)
    attributes = (value for tag in TAGS.findall(text) for value in ATTRIBUTES.findall(tag))
    return html.unescape(" ".join([*TAGS.sub(" ", text).split(), *attributes]))


def files(
    app: Flask, cast: Cast, person: User | None, forms: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Ask for every file that is handed out on pressing a button."""
    client = PageClient(app, person)
    for path, sent in _buttons(keys(cast), forms):
        answer = client.client.post(path, data={"csrf_token": client.token(), **sent})
        assert_answered(answer, path)
        if answer.status_code == 200:
            yield f"{path} {' '.join(sent.values())}", words_of(answer)
    if person is not None:
        made = client.get(client.post("/account/data").location or "").links()
        (archive,) = [link for link in made if link.endswith(".zip")]
        yield archive, words_of(client.client.get(archive))


def _buttons(
    values: Mapping[str, Sequence[object]], forms: Sequence[str]
) -> Iterator[tuple[str, dict[str, str]]]:
    section = f"/sections/{values['slug'][0]}"
    for form in forms:
        for role in ProfileKind:
            yield f"{section}/export", {"role": role.value, "form": form}
        for round_id in values.get("round_id", ()):
            of_round = f"{section}/rounds/{round_id}"
            for show in ("imgs", "mentors"):
                yield f"{of_round}/people/do", {"what": form, "every": "y", "show": show}
            yield f"{of_round}/report", {"form": form}


def columns(content: str) -> set[str]:
    """Return what a CSV file has columns of."""
    return set(next(csv.reader(io.StringIO(content.lstrip("\ufeff")))))


def addresses(rule: Rule, values: Mapping[str, Sequence[object]]) -> Iterator[str]:
    """Build the addresses of a route, of all that its arguments can name in this state."""
    names = sorted(rule.arguments)
    for chosen in itertools.product(*(values.get(name, ()) for name in names)):
        built = rule.build(dict(zip(names, chosen, strict=True)), append_unknown=False)
        assert built is not None, rule.rule
        yield built[1]


def keys(cast: Cast) -> Mapping[str, Sequence[object]]:
    """Return what the arguments of routes can be: of both people, the pair and the round."""
    session = cast.session
    both = [cast.profile("Ana"), cast.profile("Noor")]
    people = [cast.people[name].id for name in ("Ana", "Noor")]
    values: dict[str, Sequence[object]] = {
        "road": ["img", "mentor"],
        "step": STEPS,
        "slug": [cast.section.slug],
        "profile_id": both,
        "mentor_profile_id": both[1:],
        "person_id": people,
        "peer_id": people,
        "membership_id": session.scalars(
            sa.select(Membership.id).where(Membership.person_id.in_(people))
        ).all(),
        "round_id": (rounds := session.scalars(sa.select(Round.id)).all()),
        "over_id": rounds,
        "meeting_id": session.scalars(sa.select(Meeting.id)).all(),
        "note_id": session.scalars(sa.select(Note.id)).all(),
    }
    offer = session.scalars(sa.select(Offer)).one_or_none()
    if offer is not None:
        values |= {"offer_id": [offer.id], "mentorship_id": [offer.id]}
        values |= _of_the_run(session, cast, offer)
    return values


def _of_the_run(session: Session, cast: Cast, offer: Offer) -> dict[str, Sequence[object]]:
    """Return the keys of the pair, of a leader's note on it, and of a job that made the run."""
    run = session.scalars(sa.select(Run)).first()
    if not offer.pair_id or run is None:
        return {}
    return {
        "pair_id": [offer.pair_id],
        "round_note_id": [_note(session, cast, offer)],
        "job_id": [cancelled_job(session, offer.round_id, run).id],
    }


def _note(session: Session, cast: Cast, offer: Offer) -> uuid.UUID:
    pair = {"img_id": offer.img_id, "mentor_id": offer.mentor_id}
    note = notes.write_note(
        session, offer.round_id, words="Leadernotequokka", by=cast.leader.id, now=NOW, **pair
    )
    return note.id
