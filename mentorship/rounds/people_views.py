"""Pages for section leaders: the table of a round's people, and what is done with many at once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mentorship.access import current_id, fresh_file, members
from mentorship.extensions import db, transaction
from mentorship.rosters.handing_out import FORMATS, download, still_members
from mentorship.rounds import bulk, service
from mentorship.rounds.blueprint import bp
from mentorship.rounds.candidates import Candidate
from mentorship.rounds.choices import EDITABLE
from mentorship.rounds.leading import acting, changed_page, key_of
from mentorship.rounds.lifecycle import RoundChanged, round_changed
from mentorship.rounds.models import Round
from mentorship.rounds.people import PARTS, Looking, found_people, people_of
from mentorship.rounds.people_forms import BulkForm, LookingForm, ViewForm, looking_of
from mentorship.rounds.run_views import ROUND
from mentorship.rounds.scope import round_of_leader
from mentorship.rounds.sentences import OBSTACLES
from mentorship.sections.models import SectionRole
from mentorship.throttle.guard import limited, spend

PEOPLE = f"{ROUND}/people"
THEIRS = "only they can come back, on their home page, until the round is published."
MAILS = frozenset({"invite", "remind"})


@bp.get(PEOPLE)
@members
def people(slug: str, round_id: uuid.UUID) -> str:
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    return _page(round_, looking_of(request.args), ViewForm())


def _page(round_: Round, looking: Looking, view_form: ViewForm) -> str:
    session, now = db.session(), dt.datetime.now(dt.UTC)
    tags = bulk.all_tags(session, round_.section_id)
    return render_template(
        "rounds/people.html",
        round=round_,
        form=LookingForm.of(looking, tags),
        looking=looking,
        part=looking.show if looking.show in PARTS else "imgs",
        people=people_of(session, round_, looking, now=now),
        editable=round_.state in EDITABLE and round_.opened_at is not None,
        may_remind=round_.state in EDITABLE,
        obstacles=OBSTACLES,
        views=bulk.views_of(session, round_.section_id),
        view_form=view_form,
    )


@bp.post(f"{PEOPLE}/do")
@members
def do(slug: str, round_id: uuid.UUID) -> Response | str | tuple[str, int]:
    """Do one thing with those who are ticked, or with everybody who was found."""
    form, looking = BulkForm(), looking_of(request.form)
    now = dt.datetime.now(dt.UTC)
    round_ = round_of_leader(db.session(), current_id(), slug, round_id)
    here = redirect(url_for(".people", slug=slug, round_id=round_id, **looking.asked()), code=303)
    if not form.validate():
        flash(form.complaint(), "error")
        return here
    chosen = _chosen(round_, looking, form, now)
    if not chosen:
        flash("Tick at least one person first.", "error")
        return here
    if form.what.data in FORMATS:
        return _file(slug, round_, looking, chosen, form.what.data) or here
    try:
        if form.what.data in MAILS and not form.sure.data:
            return _preview(round_, looking, form, chosen, now)
        if form.what.data in MAILS:
            spend("invite")
        with transaction() as session:
            one = {"profile": str(chosen[0].profile_id)} if len(chosen) == 1 else {}
            action = f"round.people.{form.what.data}"
            acting(session, slug, round_id, action, count=len(chosen), **one)
            flash(_carry_out(session, round_, form, chosen, now), "success")
    except RoundChanged as changed:
        return changed_page(slug, round_id, changed)
    except service.CannotTakePart as kept_out:
        flash(f"{kept_out.name} cannot take part: {OBSTACLES[kept_out.obstacle]}.", "error")
    except service.StaysAway as away:
        flash(f"{away} withdrew by their own wish: {THEIRS}", "error")
    return here


def _chosen(
    round_: Round, looking: Looking, form: BulkForm, now: dt.datetime
) -> Sequence[Candidate]:
    found = found_people(db.session(), round_, looking, now=now)
    if form.every.data:
        return found
    ticked = {key_of(each) for each in request.form.getlist("profile")}
    return [each for each in found if each.profile_id in ticked]


def _carry_out(
    session: Session, round_: Round, form: BulkForm, chosen: Sequence[Candidate], now: dt.datetime
) -> str:
    """Do it, and say what was done."""
    what, count = form.what.data, len(chosen)
    who = chosen[0].name if count == 1 else f"{count} people"
    people = [each.person_id for each in chosen]
    if what == "leave_out":
        ids = [each.profile_id for each in chosen if each.joined]
        service.leave_out(session, round_id=round_.id, profile_ids=ids, now=now)
        told = f"{who} is" if count == 1 else f"{len(ids)} of {who} are"
        return f"{told} left out of the round. You find who is left out under “Left out”."
    if what == "put_back":
        ids = [each.profile_id for each in chosen]
        able = service.put_all_back(session, round_id=round_.id, profile_ids=ids, now=now)
        if not able:  # the first is told why
            service.put_back(session, round_id=round_.id, profile_id=ids[0], now=now)
        told = f"{who} takes part now." if count == 1 else f"{len(able)} of {who} take part now."
        away = sum(each.withdrew for each in chosen)
        return f"{told} {away} withdrew by their own wish: {THEIRS}" if away else told
    if what == "tag":
        bulk.tag(
            session, section_id=round_.section_id, people=people, words=form.tag_words, now=now
        )
        return f"{who} tagged “{form.tag_words}”."
    if what == "untag":
        bulk.untag(session, section_id=round_.section_id, people=people, words=form.tag_words)
        return f"The tag “{form.tag_words}” is taken off {who}."
    mailing = bulk.invite if what == "invite" else bulk.remind
    count = mailing(session, round_, chosen, now=now)
    return f"{count} {'mail is on its' if count == 1 else 'mails are on their'} way."


def _preview(
    round_: Round, looking: Looking, form: BulkForm, chosen: Sequence[Candidate], now: dt.datetime
) -> str:
    """Say who would get a mail before any leaves.

    Raises
    ------
    RoundChanged
        They would be reminded, but nobody can come in any more.

    """
    session = db.session()
    if form.what.data == "invite":
        asked = bulk.invitable(session, round_, chosen, now=now)
    elif round_.state not in EDITABLE:
        raise round_changed(session, round_.id)
    else:
        asked = bulk.remindable(session, chosen, now=now)
    return render_template(
        "rounds/people_mail.html",
        round=round_,
        looking=looking,
        form=form,
        what=form.what.data,
        chosen=chosen,
        asked=asked,
    )


def _file(
    slug: str, round_: Round, looking: Looking, chosen: Sequence[Candidate], form: str
) -> Response | None:
    """Return the file of those who can be in one; None, and a message, if nobody can."""
    people = {
        role: {each.person_id for each in chosen if each.kind.value == role.value}
        for role in (SectionRole.IMG, SectionRole.MENTOR)
    }
    only = still_members(db.session(), round_.section, people)
    if any(only.values()):
        return _export(slug, round_, looking, only, form)
    flash("Nobody you chose is in the section any more, so a file would have nobody.", "error")
    return None


@fresh_file
@limited("export")
def _export(
    slug: str,
    round_: Round,
    looking: Looking,
    only: Mapping[SectionRole, Collection[uuid.UUID]],
    form: str,
) -> Response:
    count = sum(map(len, only.values()))
    stem = f"round-{looking.show if looking.show in PARTS else 'imgs'}"
    with transaction() as session:
        acting(session, slug, round_.id, "round.people.export", count=count, form=form)
        name, kind, content = download(session, round_.section, only, form=form, stem=stem)
    answer = Response(content, mimetype=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@bp.post(f"{PEOPLE}/views")
@members
def save_view(slug: str, round_id: uuid.UUID) -> Response | tuple[str, int]:
    form, looking, now = ViewForm(), looking_of(request.form), dt.datetime.now(dt.UTC)
    if form.validate():
        try:
            with transaction() as session:
                round_ = acting(session, slug, round_id, "round.people.view")
                bulk.save_view(
                    session,
                    section_id=round_.section_id,
                    name=form.name.data,
                    wanted=looking.asked(),
                    now=now,
                )
        except bulk.ViewNameTaken:
            form.name.errors = [*form.name.errors, "There is a view of this name. Choose another."]
    if form.errors:
        round_ = round_of_leader(db.session(), current_id(), slug, round_id)
        return _page(round_, looking, form), 422
    flash("The view is saved for all leaders of the section.", "success")
    return redirect(url_for(".people", slug=slug, round_id=round_id, **looking.asked()), code=303)


@bp.post(f"{PEOPLE}/views/remove")
@members
def remove_view(slug: str, round_id: uuid.UUID) -> Response:
    with transaction() as session:
        round_ = acting(session, slug, round_id, "round.people.view.remove")
        bulk.remove_view(
            session, section_id=round_.section_id, view_id=key_of(request.form.get("view"))
        )
    flash("The view is removed. The people stay as they are.", "success")
    return redirect(url_for(".people", slug=slug, round_id=round_id), code=303)
