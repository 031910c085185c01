"""Forms of imports. Which columns a file has is not known before it comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice

from mentorship.rosters.mapping import COLUMNS, FoundColumn, faults_of
from mentorship.sections.models import SectionRole

# What a name may end in, and how such a file begins: a workbook is a zip archive, a table of words
# is not.
ENDINGS = {".csv": False, ".tsv": False, ".txt": False, ".xlsx": True}
ARCHIVE = b"PK\x03\x04"
SIDES = (SectionRole.IMG, SectionRole.MENTOR)


def _is_a_spreadsheet(_form: FlaskForm, field: FileField) -> None:
    """Refuse a name that is none of a spreadsheet, and a file that is not what its name says."""
    if not field.data:
        return
    name = _named(SectionRole.IMG, field.data.filename)
    packed = ENDINGS.get(PurePosixPath(name.casefold()).suffix)
    if packed is None:
        raise ValidationError(
            f"{name} is not a spreadsheet. Choose a file whose name ends in .csv, .tsv, .txt or "
            ".xlsx; in Excel or LibreOffice use “Save as” to make one."
        )
    begins = field.data.stream.read(len(ARCHIVE))
    field.data.stream.seek(0)
    if begins and packed != (begins == ARCHIVE):
        told = "an Excel file" if packed else "a file of plain words"
        raise ValidationError(
            f"The name of {name} says that it is {told}, and its content is not. Save it anew in "
            "your spreadsheet program, and choose that file."
        )


class UploadForm(FlaskForm):
    """One file of IMGs, one of mentors, or both."""

    img = FileField("Spreadsheet of IMGs", validators=[_is_a_spreadsheet])
    mentor = FileField("Spreadsheet of mentors", validators=[_is_a_spreadsheet])

    def validate(self, *args: object, **more: object) -> bool:
        good = super().validate(*args, **more)
        if not any(self[side].data for side in SIDES):
            self.img.errors = [*self.img.errors, "Choose at least one file."]
            return False
        return bool(good)

    def files(self) -> Mapping[SectionRole, tuple[str, bytes]]:
        """Return the name and the bytes of each file that came."""
        sent = {side: self[side].data for side in SIDES if self[side].data}
        return {side: (_named(side, file.filename), file.read()) for side, file in sent.items()}


def _named(side: SectionRole, filename: str | None) -> str:
    """Return the last part of a name, short and printable, for messages."""
    last = "".join(c for c in (filename or "").replace("\\", "/").split("/")[-1] if c.isprintable())
    return last[-80:] or f"{side}s.csv"


class ColumnsForm(FlaskForm):
    """One choice a column of each file; they are added by ``of``."""

    @classmethod
    def of(
        cls,
        columns: Mapping[SectionRole, Sequence[FoundColumn]],
        chosen: Mapping[str, Mapping[str, str]],
    ) -> ColumnsForm:
        """Return a form with a field ``img_0``, ``img_1`` … for each column of each file."""
        fields = {
            f"{side}_{column.place}": SelectField(
                column.heading or f"Column {column.place + 1}",
                choices=[
                    SelectChoice("", "Leave this column out"),
                    *(SelectChoice(name, name.replace("_", " ")) for name in COLUMNS[side]),
                ],
                default=chosen.get(side, {}).get(str(column.place), ""),
            )
            for side, found in columns.items()
            for column in found
        }
        form: ColumnsForm = type("Columns", (cls,), fields)()
        return form

    def mapping(
        self, columns: Mapping[SectionRole, Sequence[FoundColumn]]
    ) -> Mapping[SectionRole, Mapping[int, str]]:
        return {
            side: {column.place: self[f"{side}_{column.place}"].data or "" for column in found}
            for side, found in columns.items()
        }

    def check(self, columns: Mapping[SectionRole, Sequence[FoundColumn]]) -> bool:
        """Tell whether the choices make sense; else the form says what does not."""
        if not self.validate():
            return False
        for side, own in self.mapping(columns).items():
            word = "IMGs" if side is SectionRole.IMG else "mentors"
            self.form_errors += [f"File of {word}: {fault}" for fault in faults_of(own, side)]
        return not self.form_errors


class WriteForm(FlaskForm):
    """Bring the people in, as one try said; ``tried`` is which."""

    tried = HiddenField()
    skip_bad = BooleanField()
    invite = BooleanField(
        "Mail everybody who has no account of their own a link to claim it",
        description="You can also invite people later, from the table of participants.",
    )
