"""A section's people as a file for its leaders: what leaders may see of a profile, and no more."""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mentorship.profiles.audience import SHOWN, Audience
from mentorship.profiles.models import ProfileKind
from mentorship.rosters.cells import Cell
from mentorship.rosters.exporting import export_roster
from mentorship.rosters.format import rows_out, write_csv
from mentorship.rosters.mapping import COLUMNS
from mentorship.rosters.sheets import workbook
from mentorship.sections.models import Membership, MembershipState, Section, SectionRole

FORMATS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def columns_for_leaders(role: SectionRole) -> Mapping[str, Cell]:
    """Return the columns of a roster that leaders may have, in their order."""
    table = SHOWN[ProfileKind(role.value)]
    return {
        name: cell for name, cell in COLUMNS[role].items() if Audience.LEADER in table.get(name, ())
    }


def roster_file(
    session: Session,
    section: Section,
    role: SectionRole,
    form: str,
    *,
    only: Collection[uuid.UUID] | None = None,
) -> bytes:
    """Return the members in one role as CSV or XLSX, all of them or ``only`` these people.

    Importing the file again changes nothing: what it does not say, an import leaves as it is.
    """
    found = export_roster(session, section=section, only=only)
    rows = found.imgs if role is SectionRole.IMG else found.mentors
    texts = rows_out(columns_for_leaders(role), rows)
    if form == "xlsx":
        return workbook({"Mentors" if role is SectionRole.MENTOR else "IMGs": texts})
    out = io.StringIO(newline="")
    write_csv(out, texts)
    return out.getvalue().encode()


def still_members(
    session: Session, section: Section, people: Mapping[SectionRole, Collection[uuid.UUID]]
) -> Mapping[SectionRole, Collection[uuid.UUID]]:
    """Return who of these people a file can have: whoever left the section is in none."""
    rows = session.execute(
        sa.select(Membership.role, Membership.person_id).where(
            Membership.section_id == section.id,
            Membership.role.in_(people),
            Membership.state == MembershipState.ACTIVE,
        )
    )
    members = {tuple(row) for row in rows}
    return {
        role: {each for each in those if (role, each) in members} for role, those in people.items()
    }


def download(
    session: Session,
    section: Section,
    only: Mapping[SectionRole, Collection[uuid.UUID]],
    *,
    form: str,
    stem: str,
) -> tuple[str, str, bytes]:
    """Return these members as (file name, type, bytes): of both roles two files in a zip.

    IMGs and mentors have other columns, and an import takes a file of each.
    """
    files = {
        role: roster_file(session, section, role, form, only=people)
        for role, people in only.items()
        if people
    }
    if len(files) == 1:
        (content,) = files.values()
        return f"{stem}.{form}", FORMATS[form], content
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for role, content in files.items():
            packed.writestr(f"{stem}-{role.value}s.{form}", content)
    return f"{stem}.zip", "application/zip", out.getvalue()
