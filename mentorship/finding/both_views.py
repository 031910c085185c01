"""What the two lists do alike: an IMG's list of mentors, and a mentor's list of IMGs."""

from __future__ import annotations

import datetime as dt
import uuid

from flask import abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from mentorship.access import current_id
from mentorship.extensions import db, transaction
from mentorship.finding import service
from mentorship.finding.forms import FindForm, MarkForm
from mentorship.finding.models import MarkKind
from mentorship.profiles.models import ProfileKind
from mentorship.web import flash_undo, safe_next


def listing(reader: ProfileKind) -> service.Listing:
    """Return whom the person who is signed in may see, as an IMG or as a mentor."""
    return service.listing(db.session(), current_id(), reader, now=utc_now())


def list_page(template: str, reader: ProfileKind, **more: object) -> str:
    """Show one page of those who fit what stands in the address."""
    found, form = listing(reader), FindForm(request.args)
    part = form.keep(found.everybody, page=request.args.get("page", 1, type=int))
    return render_template(
        template, found=found, form=form, part=part, here=request.full_path, **more
    )


def keep_mark(reader: ProfileKind, profile_id: uuid.UUID, the_list: str) -> Response:
    """Bookmark or hide somebody of the list, or neither, and lead back."""
    found, form = listing(reader).one(profile_id), MarkForm()
    if not form.validate():
        abort(400)
    kind = MarkKind(form.mark.data) if form.mark.data else None
    with transaction() as session:
        service.note(session, person_id=current_id(), profile_id=profile_id, kind=kind)
    if kind is MarkKind.HIDDEN:
        back = {"mark": "", "next": request.form.get("next", "")}
        flash_undo(f"{found.card.name} is hidden.", request.path, back)
    return redirect(safe_next(request.form.get("next"), the_list), code=303)


def keep_avoided(
    reader: ProfileKind, profile_id: uuid.UUID, the_list: str, *, undo: str
) -> Response:
    """Never pair the reader with somebody, say so, and lead back to the list.

    ``undo`` says where it can be undone.
    """
    must_be(reader)
    try:
        with transaction() as session:
            service.avoid(
                session, person_id=current_id(), kind=reader, profile_id=profile_id, now=utc_now()
            )
    except service.TooMany:
        full = f"you leave out {service.MOST_AVOIDED} people, the most there can be"
        flash(f"This is not saved: {full}. Take one out first, {undo}.", "warning")
    else:
        flash(f"You will not be paired with them. You can undo this {undo}.", "success")
    return redirect(the_list, code=303)


def must_be(reader: ProfileKind) -> bool:
    """Let in whoever has this role in a section: to others the page does not exist.

    Returns whether a section of theirs offers the list.
    """
    return bool(service.sections_offering(db.session(), current_id(), reader))


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
