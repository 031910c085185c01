"""The columns of both roster files, in the order in which they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from mentorship.rosters import cells
from mentorship.rosters.cells import Cell
from mentorship.vocabulary import AT_MOST, LENGTHS, RANGES

REQUIRED = ("email", "name")
OF_THE_ROW = ("email", "name", "consents", "paused_until")  # all others are fields of the profile

_PERSON = {"email": cells.email(), "name": cells.line(LENGTHS["name"])}
_INSTITUTIONS = cells.lines(LENGTHS["institution"])

IMG_COLUMNS: Mapping[str, Cell] = MappingProxyType(
    {
        **_PERSON,
        "stage": cells.word("stage"),
        "specialties": cells.words("specialty", "subspecialty", at_most=AT_MOST["specialties"]),
        "topics": cells.words("topic", at_most=AT_MOST["topics"]),
        "visa": cells.word("visa"),
        "school_country": cells.word("country"),
        "graduation_year": cells.number(RANGES["graduation_year"]),
        "languages": cells.words("language"),
        "state": cells.word("state"),
        "states": cells.words("state"),
        "timezone": cells.time_zone(),
        "availability": cells.week(),
        "channels": cells.words("channel"),
        "formats": cells.words("format"),
        "meetings_a_month": cells.number(RANGES["meetings_a_month"]),
        "gender": cells.word("gender"),
        "mentors_wanted": cells.number(RANGES["mentors_wanted"], empty=1),
        "requests": cells.emails(at_most=AT_MOST["requests"]),
        "avoid": cells.emails(),
        "conflicts": _INSTITUTIONS,
        "wishes": cells.words("wish"),
        "importance": cells.importance(),
        "goals": cells.prose(LENGTHS["goals"]),
        # for pairing two files; on the site a round knows it from what came before
        "priority": cells.yes_no(empty=False),
        "consents": cells.words("consent"),
    }
)

MENTOR_COLUMNS: Mapping[str, Cell] = MappingProxyType(
    {
        **_PERSON,
        "career_level": cells.word("career_level"),
        "specialties": cells.words("specialty", "subspecialty"),
        "subspecialties": cells.words("subspecialty"),
        "topics": cells.words("topic"),
        "stages": cells.words("stage"),
        "visas": cells.words("visa_path"),
        "is_img": cells.yes_no(),
        "school_country": cells.word("country"),
        "languages": cells.words("language"),
        "state": cells.word("state"),
        "states_licensed": cells.words("state"),
        "timezone": cells.time_zone(),
        "availability": cells.week(),
        "channels": cells.words("channel"),
        "formats": cells.words("format"),
        "meetings_a_month": cells.number(RANGES["meetings_a_month"]),
        "gender": cells.word("gender"),
        # whoever stands in a roster of mentors and names no number offers one seat; 0 is a pause
        "seats": cells.number(RANGES["seats"], empty=1),
        "paused_until": cells.day(),
        "accepts_specialties": cells.words("specialty", "subspecialty"),
        "accepts_stages": cells.words("stage"),
        "accepts_languages": cells.words("language"),
        "welcomes": cells.emails(at_most=AT_MOST["welcomes"]),
        "exclude": cells.emails(),
        "exclude_institutions": _INSTITUTIONS,
        "selects_at": _INSTITUTIONS,
        "institution": cells.line(LENGTHS["institution"]),
        "about": cells.prose(LENGTHS["about"]),
        "consents": cells.words("consent"),
    }
)

# What leaders call our columns in files of their own.
_ALSO: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "email": ("e_mail", "mail", "email_address", "e_mail_address"),
        "name": ("full_name", "display_name", "first_and_last_name"),
        "specialties": ("specialty", "speciality", "specialties_of_interest"),
        "topics": ("topic", "topics_needed", "topics_offered", "help_needed"),
        "languages": ("language", "languages_spoken"),
        "school_country": ("country", "country_of_medical_school", "medical_school_country"),
        "graduation_year": ("year_of_graduation", "grad_year"),
        "timezone": ("time_zone", "tz"),
        "seats": ("capacity", "places", "number_of_mentees", "max_mentees"),
        "institution": ("hospital", "employer", "affiliation"),
        "career_level": ("level", "position"),
        "visa": ("visa_status", "visa_situation"),
        "visas": ("visa_paths", "visa_experience"),
        "stage": ("stage_of_journey", "current_stage"),
        "stages": ("stages_served",),
        "about": ("bio", "about_me"),
        "goals": ("goal", "what_i_hope_for"),
    }
)
# such a name -> our column
ALSO: Mapping[str, str] = MappingProxyType(
    {other: column for column, others in _ALSO.items() for other in others}
)
