"""Pages for section leaders: the words of the mails of their rounds."""

from __future__ import annotations

import datetime as dt

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from mentorship import audit
from mentorship.access import current_id, members
from mentorship.extensions import db, transaction
from mentorship.notices.letters import Letter, stationery
from mentorship.rounds import mail_texts
from mentorship.rounds.blueprint import bp
from mentorship.rounds.letters import moment
from mentorship.rounds.mail_models import MailKind
from mentorship.rounds.mail_texts import BadText, Text
from mentorship.rounds.meanwhile import ChangedMeanwhile
from mentorship.rounds.plan_forms import MailForm
from mentorship.sections.belonging import section_led_by
from mentorship.sections.models import Section

MAILS = "/sections/<slug>/rounds/mails"
ONE = f"{MAILS}/<mail_kind>"


@bp.get(MAILS)
@members
def mails(slug: str) -> str:
    section = section_led_by(db.session(), current_id(), slug)
    changed = mail_texts.changed_kinds(db.session(), section.id)
    return render_template(
        "rounds/mails.html", section=section, kinds=mail_texts.KINDS, changed=changed
    )


@bp.get(ONE)
@members
def mail(slug: str, mail_kind: str) -> str:
    section, kind = section_led_by(db.session(), current_id(), slug), _kind(mail_kind)
    text = mail_texts.text_of(db.session(), section.id, kind)
    form = MailForm(data={"subject": text.subject, "body": text.body, "seen": text.mark})
    return _page(section, kind, form, text)


@bp.post(ONE)
@members
def change_mail(slug: str, mail_kind: str) -> Response | str | tuple[str, int]:
    me, now, form = current_id(), dt.datetime.now(dt.UTC), MailForm()
    section, kind = section_led_by(db.session(), me, slug), _kind(mail_kind)
    if form.validate():
        try:
            mail_texts.check(kind, form.subject.data, form.body.data)
            if form.look.data:
                return _page(section, kind, form, Text(form.subject.data, form.body.data, True))
            with transaction() as session:
                mail_texts.keep_text(
                    session,
                    section_id=section.id,
                    kind=kind,
                    subject=form.subject.data,
                    body=form.body.data,
                    by=me,
                    now=now,
                    seen=form.seen.data,
                )
                _log(session, "round.mail.change", section, kind)
        except ChangedMeanwhile as other:
            return _both_page(section, kind, form, other)
        except BadText as bad:
            form.body.errors = [*form.body.errors, str(bad)]
    if form.errors:
        text = mail_texts.text_of(db.session(), section.id, kind)
        return _page(section, kind, form, text), 422
    flash("The text is saved. Mails that are sent from now on use it.", "success")
    return redirect(url_for(".mail", slug=slug, mail_kind=kind), code=303)


@bp.post(f"{ONE}/usual")
@members
def usual_mail(slug: str, mail_kind: str) -> Response | tuple[str, int]:
    section, kind = section_led_by(db.session(), current_id(), slug), _kind(mail_kind)
    seen = request.form.get("seen")
    try:
        with transaction() as session:
            mail_texts.back_to_usual(session, section_id=section.id, kind=kind, seen=seen)
            _log(session, "round.mail.usual", section, kind)
    except ChangedMeanwhile as other:
        usual = mail_texts.usual(kind)
        form = MailForm(formdata=None, data={"subject": usual.subject, "body": usual.body})
        return _both_page(section, kind, form, other)
    flash("The usual text is used again.", "success")
    return redirect(url_for(".mail", slug=slug, mail_kind=kind), code=303)


def _both_page(
    section: Section, kind: MailKind, form: MailForm, other: ChangedMeanwhile
) -> tuple[str, int]:
    """Show the text that somebody else has kept beside the one that was typed."""
    theirs = mail_texts.text_of(db.session(), section.id, kind)
    form.seen.data = theirs.mark
    return _page(section, kind, form, theirs, other), 409


def _page(
    section: Section,
    kind: MailKind,
    form: MailForm,
    text: Text,
    other: ChangedMeanwhile | None = None,
) -> str:
    return render_template(
        "rounds/mail.html",
        section=section,
        kind=kind,
        about=mail_texts.KINDS[kind],
        names=mail_texts.names_for(kind),
        form=form,
        kept=mail_texts.text_of(db.session(), section.id, kind),
        sample=_sample(section, kind, text),
        other=other,
    )


def _sample(section: Section, kind: MailKind, text: Text) -> Letter:
    """Fill a text in for a real pair of the section's newest run, or for made-up people."""
    real = mail_texts.somebody(db.session(), section.id, kind)
    name, round_name, answer_by = real or ("Ana Silva", "Spring", None)
    due = answer_by or dt.datetime.now(dt.UTC) + dt.timedelta(days=14)
    values = {
        "name": name,
        "round": round_name,
        "section": section.name,
        "who": "An IMG",
        "asked": "An IMG is paired with you.",
        "answer_by": moment(due, None),
        "link": stationery.link("/…"),
    }
    return mail_texts.filled(text.subject, text.body, values)


def _kind(said: str) -> MailKind:
    try:
        return MailKind(said)
    except ValueError:
        abort(404)


def _log(session: Session, action: str, section: Section, kind: MailKind) -> None:
    audit.record(
        session,
        action=action,
        actor_id=current_id(),
        about_id=section.id,
        section_id=section.id,
        now=dt.datetime.now(dt.UTC),
        detail={"mail": kind.value},
    )
