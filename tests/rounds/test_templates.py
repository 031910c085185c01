"""Where the set-up of a new round may start from: the last round, or a template."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from mentorship.accounts.models import User
from mentorship.rounds import templates
from mentorship.rounds.models import Round
from mentorship.rounds.setup import SetUp
from mentorship.rounds.template_models import SetUpTemplate
from mentorship.sections.models import Browsing
from tests import factories
from tests.factories import NOW
from tests.page import PageClient, _values
from tests.rounds.cast import Cast

SignIn = Callable[[User], PageClient]
STRICT = SetUp(must_share_language=True, minimum_score=4000, weights={"topics": 3})


def test_a_new_round_starts_from_the_last_or_a_template(
    sign_in: SignIn, cast: Cast, session: Session
) -> None:
    client, home = sign_in(cast.leader), f"/sections/{cast.section.slug}/rounds"
    assert "Start from" not in client.get(f"{home}/new").text
    first = cast.draft(
        "First", set_up=STRICT, policy="fairest", answer_days=9, browsing=Browsing.BOTH
    )
    here = f"{home}/{first.id}/set-up/template"
    kept = client.submit(here, {"template": "Strict"})
    assert "Saved as the template “Strict”" in client.follow(kept).text
    again = client.submit(here, {"template": "Strict"}, status=422)
    assert "Another template of this section has this name" in again.text
    client.submit(here, {"template": ""}, status=422)

    template = session.scalars(sa.select(SetUpTemplate)).one()
    later = cast.draft("Later")
    later.created_at = NOW + dt.timedelta(days=1)
    session.flush()
    earlier = client.get(f"{home}/new?start={first.id}").text
    assert "The last round: Later An earlier round: First (shown below)" in earlier
    for number, source in enumerate((first.id, template.id)):
        page = f"{home}/new?start={source}"
        client.submit(page, {"name": f"Next {number}"}, action=page)
        made = session.scalars(sa.select(Round).where(Round.name == f"Next {number}")).one()
        assert SetUp.from_json(made.rules) == STRICT
        said = made.policy, made.answer_days, made.browsing
        assert said == ("fairest", 9, Browsing.BOTH)
        session.delete(made)
        session.flush()

    gone = f"{home}/templates/{template.id}/remove"
    assert "keep their set-up" in client.get(gone).text
    client.submit(gone)
    assert not session.scalars(sa.select(SetUpTemplate)).all()
    page = f"{home}/new?start={template.id}"  # as of a leader who came before it was removed
    usual = client.get(page)
    assert "The usual set-up (shown below)" in usual.text
    typed = client.post(
        page, {**_values(usual.form()), "name": "Later", "answer_days": "23"}, status=422
    )
    assert _values(typed.form())["answer_days"] == "23"


def test_the_effect_of_a_copy_is_against_what_was_copied(sign_in: SignIn, cast: Cast) -> None:
    client, home = sign_in(cast.leader), f"/sections/{cast.section.slug}/rounds"
    start = f"?start={cast.draft(set_up=STRICT).id}"
    page = client.get(f"{home}/new{start}")
    assert f"{home}/new/effect{start}" in page.html
    shown = client.post(
        f"{home}/new/effect{start}", {**_values(page.form()), "name": ""}, status=200
    )
    assert "The form changes nothing yet" in shown.text


def test_templates_belong_to_a_section(cast: Cast, session: Session, sign_in: SignIn) -> None:
    kept = templates.keep_template(session, cast.draft(), name="Ours", now=NOW)
    other = factories.section(session)
    for source in (kept.id, cast.draft("Theirs").id):
        assert templates.starts(session, other.id, source) == templates.Starts([], None, None)
    with pytest.raises(NoResultFound):
        templates.remove_template(session, other.id, kept.id)
    client = sign_in(factories.leader(session, other))
    client.get(f"/sections/{cast.section.slug}/rounds/templates/{kept.id}/remove", status=404)
    client.get(f"/sections/{other.slug}/rounds/templates/{kept.id}/remove", status=404)
    templates.keep_template(session, cast.draft("Autumn"), name="Others", now=NOW)
    with pytest.raises(templates.TemplateNameTaken):
        templates.keep_template(session, cast.again(cast.draft("Winter")), name="Ours", now=NOW)
