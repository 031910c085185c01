"""The guides' pages, for every member. They read only; nothing of what is asked is kept."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, render_template, request

from mentorship.access import current_person, members
from mentorship.extensions import db
from mentorship.toolkit import chart, guides, service, visa_routes
from mentorship.toolkit.experience import plan
from mentorship.toolkit.guide_forms import ExperienceFilter, WordsFilter
from mentorship.toolkit.guide_models import Guide, Reader
from mentorship.toolkit.truth import may_keep_facts
from mentorship.web import reader_now

bp = Blueprint("guides", __name__, url_prefix="/toolkit")
EXAM_STAGES = ("ecfmg_certification", "usmle_step1", "usmle_step2ck", "usmle_step3")
READERS = {"img": (Reader.IMG, Reader.BOTH), "mentor": (Reader.MENTOR, Reader.BOTH)}


@bp.get("/visas")
@members
def visas() -> str:
    form = WordsFilter(request.args)
    form.validate()
    chapters = guides.chapters(db.session(), Guide.VISAS, words=form.q.data or "")
    moving = [one for chapter in chapters for one in chapter.items if one.provenance.volatile]
    return render_template(
        "toolkit/visas.html", form=form, chapters=chapters, moving=moving, fix=_keeps_facts()
    )


@bp.get("/visas/routes")
@members
def visa_chooser() -> str:
    return _chooser({})


@bp.post("/visas/routes")
@members
def visa_answer() -> str:
    """Show what follows from the answers. They stand in the form: no address, no cookie has them.

    So there is nothing to lead to, and the page is the answer to the form itself.
    """
    return _chooser(request.form)


def _chooser(given: Mapping[str, str]) -> str:
    session = db.session()
    step = visa_routes.step(session, given)
    answers = guides.entries(session, step.answers) if step.routes else {}
    return render_template(
        "toolkit/visa_chooser.html", step=step, answers=answers, fix=_keeps_facts()
    )


@bp.get("/residency")
@members
def residency() -> str:
    session = db.session()
    rates = guides.match_rates(session)
    return render_template(
        "toolkit/residency.html",
        chapters=guides.chapters(session, Guide.RESIDENCY),
        figures=guides.chapters(session, Guide.MATCH),
        rates=rates,
        picture=chart.lines(rates),
        fix=_keeps_facts(),
        days_ahead=service.days(session, now=reader_now(), stage_id="match_soap"),
    )


@bp.get("/experience")
@members
def experience() -> str:
    form = ExperienceFilter(request.args)
    chapters = {
        chapter.anchor: chapter for chapter in guides.chapters(db.session(), Guide.EXPERIENCE)
    }
    asked = form.asked()
    kinds = chapters["types"].items if "types" in chapters else ()
    return render_template(
        "toolkit/experience.html",
        form=form,
        chapters=chapters,
        kinds=kinds,
        fix=_keeps_facts(),
        plan=plan(kinds, degree=asked[0], place=asked[1]) if asked else None,
    )


@bp.get("/exams")
@members
def exams() -> str:
    stages = service.stages_in_full(db.session(), EXAM_STAGES)
    return render_template("toolkit/exams.html", stages=stages, fix=_keeps_facts())


@bp.get("/practice")
@members
def practice() -> str:
    chapters = guides.chapters(db.session(), Guide.PRACTICE)
    return render_template("toolkit/practice.html", chapters=chapters, fix=_keeps_facts())


@bp.get("/mentoring")
@members
def mentoring() -> str:
    reader = request.args.get("for", "")
    readers = READERS.get(reader, tuple(Reader))
    chapters = guides.chapters(db.session(), Guide.MENTORING, readers=readers)
    return render_template(
        "toolkit/mentoring.html", chapters=chapters, reader=reader, fix=_keeps_facts()
    )


def _keeps_facts() -> bool:
    """Tell whether each fact shall lead to the page where it is checked and corrected."""
    return may_keep_facts(db.session(), current_person())
